import Wire

/// Reads the fields of a request's object by dstack's rules and collects everything that is wrong.
///
/// A reading method always returns a value; after a mistake it is a filler that nobody sees, because
/// `finish` throws then. Numbers are taken for strings, and "5" for 5, as dstack's models do.
struct FieldReader {
    private let members: [JSONValue.Member]
    private let object: JSONValue
    private let location: [ValidationIssue.Step]
    private var known: [String] = []
    private(set) var issues: [ValidationIssue] = []

    /// - Parameter location: where the object stands, `["body"]` for the body itself.
    init(_ object: JSONValue, at location: [ValidationIssue.Step]) {
        self.object = object
        self.location = location
        if case .object(let members) = object {
            self.members = members
        } else {
            self.members = []
            issues.append(.notAnObject(location, object))
        }
    }

    /// Throws what was found, an unknown field included.
    mutating func finish() throws(ValidationFailure) {
        close()
        if !issues.isEmpty { throw ValidationFailure(issues: issues) }
    }

    /// Adds an issue for each field that nobody asked for.
    fileprivate mutating func close() {
        var told: [String] = []
        for member in members where !known.contains(member.name) && !told.contains(member.name) {
            told.append(member.name)
            issues.append(
                .init(
                    type: "extra_forbidden", location: location + [.string(member.name)],
                    message: "Extra inputs are not permitted", input: object[member.name] ?? .null))
        }
    }

    // MARK: Access

    /// The value of a field, nil where it is missing; marks the name as known.
    mutating func node(_ name: String) -> JSONValue? {
        known.append(name)
        return object[name]
    }

    /// The value of a field that must be there.
    mutating func requiredNode(_ name: String) -> JSONValue? {
        let value = node(name)
        // An input that is no object has been reported as a whole.
        if value == nil, case .object = object { issues.append(.missing(location + [.string(name)], in: object)) }
        return value
    }

    mutating func report(
        _ name: String, _ type: String, _ message: String, _ input: JSONValue, _ context: JSONValue? = nil
    ) {
        issues.append(
            .init(
                type: type, location: location + [.string(name)], message: message, input: input, context: context))
    }

    // MARK: Text

    mutating func string(_ name: String) -> String {
        guard let value = requiredNode(name) else { return "" }
        return string(name, value)
    }

    mutating func optionalString(_ name: String) -> String? {
        guard let value = node(name), value != .null else { return nil }
        return string(name, value)
    }

    private mutating func string(_ name: String, _ value: JSONValue) -> String {
        if let text = Self.text(value) { return text }
        report(name, "string_type", "Input should be a valid string", value)
        return ""
    }

    fileprivate static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .integer(let number): String(number)
        case .number(let number): "\(number)"
        case .null, .bool, .array, .object: nil
        }
    }

    /// Letters, digits, `-` and `_`, as the patterns of names to search for allow.
    mutating func optionalPattern(_ name: String) -> String? {
        guard let text = optionalString(name) else { return nil }
        if !text.utf8.allSatisfy(Self.isNameByte) {
            let pattern = "^[a-zA-Z0-9-_]*$"
            report(
                name, "string_pattern_mismatch", "String should match pattern '\(pattern)'", .string(text),
                ["pattern": .string(pattern)])
        }
        return text
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 48...57, 45, 95: true
        default: false
        }
    }

    // MARK: Lists

    mutating func strings(_ name: String) -> [String] {
        guard let value = requiredNode(name) else { return [] }
        return strings(name, value)
    }

    mutating func optionalStrings(_ name: String) -> [String]? {
        guard let value = node(name), value != .null else { return nil }
        return strings(name, value)
    }

    private mutating func strings(_ name: String, _ value: JSONValue) -> [String] {
        items(name, value).enumerated().map { index, item in
            if let text = Self.text(item) { return text }
            issues.append(
                .init(
                    type: "string_type", location: location + [.string(name), .integer(Int64(index))],
                    message: "Input should be a valid string", input: item))
            return ""
        }
    }

    /// The items of a list; a list that is none is reported.
    mutating func items(_ name: String, _ value: JSONValue) -> [JSONValue] {
        if case .array(let items) = value { return items }
        report(name, "list_type", "Input should be a valid list", value)
        return []
    }

    /// A list of objects, each read by `read`.
    mutating func objects<T>(_ name: String, _ read: (inout FieldReader) -> T) -> [T] {
        guard let value = requiredNode(name) else { return [] }
        return items(name, value).enumerated().map { index, item in
            var reader = FieldReader(item, at: location + [.string(name), .integer(Int64(index))])
            let result = read(&reader)
            reader.close()
            issues.append(contentsOf: reader.issues)
            return result
        }
    }

    /// An object that may be missing or null, read by `read`.
    mutating func optionalObject<T>(_ name: String, _ read: (inout FieldReader) -> T) -> T? {
        guard let value = node(name), value != .null else { return nil }
        var reader = FieldReader(value, at: location + [.string(name)])
        let result = read(&reader)
        reader.close()
        issues.append(contentsOf: reader.issues)
        return result
    }

    // MARK: Choices

    mutating func choice<T: RawRepresentable & CaseIterable>(_ name: String) -> T? where T.RawValue == String {
        guard let value = requiredNode(name) else { return nil }
        if case .string(let text) = value, let choice = T(rawValue: text) { return choice }
        let expected = Self.listing(T.allCases.map(\.rawValue))
        report(name, "enum", "Input should be \(expected)", value, ["expected": .string(expected)])
        return nil
    }

    /// A list of choices that may be missing or null.
    mutating func optionalChoices<T: RawRepresentable & CaseIterable>(_ name: String) -> [T]?
    where T.RawValue == String {
        guard let value = node(name), value != .null else { return nil }
        let expected = Self.listing(T.allCases.map(\.rawValue))
        return items(name, value).enumerated().compactMap { index, item in
            if case .string(let text) = item, let choice = T(rawValue: text) { return choice }
            issues.append(
                .init(
                    type: "enum", location: location + [.string(name), .integer(Int64(index))],
                    message: "Input should be \(expected)", input: item, context: ["expected": .string(expected)]))
            return nil
        }
    }

    /// `'a', 'b' or 'c'`.
    static func listing(_ names: [String]) -> String {
        let quoted = names.map { "'\($0)'" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.joined() }
        return quoted.dropLast().joined(separator: ", ") + " or " + last
    }
}

/// A request whose input is not what the route takes: answered with 422.
struct ValidationFailure: Error, Equatable {
    var issues: [ValidationIssue]
}
