/// Environment variables of a run, in the order in which they were written.
///
/// Written as a mapping, or as a list of `NAME=value` and `NAME`; the latter takes the value of the
/// caller's own variable when the run is submitted.
public struct Env: Sendable, Hashable {
    /// What a variable is set to.
    public enum Value: Sendable, Hashable {
        case text(String)
        /// The value of the variable of this name in the caller's environment.
        case fromCaller(String)
    }

    /// One variable.
    public struct Entry: Sendable, Hashable {
        public var name: String
        public var value: Value

        public init(name: String, value: Value) {
            self.name = name
            self.value = value
        }
    }

    public private(set) var entries: [Entry] = []

    public init() {}

    /// - Parameter values: variables with their values; they are kept sorted by name.
    public init(_ values: [String: String]) {
        entries = values.sorted { $0.key < $1.key }.map { Entry(name: $0.key, value: .text($0.value)) }
    }

    public var isEmpty: Bool { entries.isEmpty }

    /// The value of a variable; setting one that is there keeps its place.
    public subscript(name: String) -> Value? {
        get { entries.first { $0.name == name }?.value }
        set {
            let index = entries.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): entries[index].value = value
            case (let index?, nil): entries.remove(at: index)
            case (nil, let value?): entries.append(Entry(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// The variables that still wait for the caller's value.
    public var unresolved: [String] {
        entries.compactMap { entry in
            guard case .fromCaller(let name) = entry.value else { return nil }
            return name
        }
    }

    /// The variables with their values; those that still wait for the caller's are left out.
    public var values: [String: String] {
        var result: [String: String] = [:]
        for entry in entries {
            if case .text(let text) = entry.value { result[entry.name] = text }
        }
        return result
    }

    /// Whether a name can stand in the list form: a letter or underscore, then letters, digits, underscores.
    public static func isName(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, isNameByte(first), !(48...57).contains(first) else { return false }
        return text.utf8.allSatisfy(isNameByte)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension Env: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        switch value {
        case .array(let items):
            for item in items { try add(item, at: decoder) }
        case .object(let members):
            for member in members { self[member.name] = try Self.value(of: member, at: decoder) }
        case .null, .bool, .integer, .number, .string:
            throw decoder.invalid("expected a mapping of variables or a list of NAME=value, found \(value.excerpt)")
        }
    }

    private mutating func add(_ item: JSONValue, at decoder: any Decoder) throws {
        guard let text = item.scalarText else {
            throw decoder.invalid("expected NAME=value or NAME, found \(item.excerpt)")
        }
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard Self.isName(parts[0]) else {
            throw decoder.invalid("expected NAME=value or NAME, found \(item.excerpt)")
        }
        let name = String(parts[0])
        if self[name] != nil { throw decoder.invalid("the variable \(name) is set twice") }
        self[name] = parts.count == 2 ? .text(String(parts[1])) : .fromCaller(name)
    }

    private static func value(of member: JSONValue.Member, at decoder: any Decoder) throws -> Value {
        if let text = member.value.pythonText { return .text(text) }
        if case .object(let fields) = member.value, fields.count == 1, case .string(let name)? = member.value["key"] {
            return .fromCaller(name)
        }
        throw decoder.invalid(
            "the variable \(member.name) must be a text or a number, found \(member.value.excerpt);"
                + " put it in quotes where it is meant as text")
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: AnyCodingKey.self)
        for entry in entries {
            switch entry.value {
            case .text(let text): try container.encode(text, forKey: AnyCodingKey(entry.name))
            case .fromCaller(let name): try container.encode(["key": name], forKey: AnyCodingKey(entry.name))
            }
        }
    }
}
