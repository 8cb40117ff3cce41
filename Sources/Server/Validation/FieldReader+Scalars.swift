import Wire

/// Booleans, numbers, ids and times, with the leniency of dstack's models.
extension FieldReader {
    // MARK: Booleans

    mutating func bool(_ name: String, default fallback: Bool) -> Bool {
        guard let value = node(name) else { return fallback }
        return bool(name, value)
    }

    mutating func bool(_ name: String) -> Bool {
        guard let value = requiredNode(name) else { return false }
        return bool(name, value)
    }

    mutating func optionalBool(_ name: String) -> Bool? {
        guard let value = node(name), value != .null else { return nil }
        return bool(name, value)
    }

    private mutating func bool(_ name: String, _ value: JSONValue) -> Bool {
        switch value {
        case .bool(let flag): return flag
        case .integer(0), .number(0): return false
        case .integer(1), .number(1): return true
        case .string(let text):
            switch text.lowercased() {
            case "true", "t", "yes", "y", "on", "1": return true
            case "false", "f", "no", "n", "off", "0": return false
            default: break
            }
        case .null, .array, .object:
            report(name, "bool_type", "Input should be a valid boolean", value)
            return false
        case .integer, .number: break
        }
        report(name, "bool_parsing", "Input should be a valid boolean, unable to interpret input", value)
        return false
    }

    // MARK: Integers

    mutating func int(_ name: String, default fallback: Int, in range: ClosedRange<Int>? = nil) -> Int {
        guard let value = node(name) else { return fallback }
        return int(name, value, in: range) ?? fallback
    }

    mutating func optionalInt(_ name: String, in range: ClosedRange<Int>? = nil) -> Int? {
        guard let value = node(name), value != .null else { return nil }
        return int(name, value, in: range)
    }

    mutating func ints(_ name: String) -> [Int] {
        guard let value = requiredNode(name) else { return [] }
        return items(name, value).compactMap { integer(name, $0) }
    }

    private mutating func int(_ name: String, _ value: JSONValue, in range: ClosedRange<Int>?) -> Int? {
        guard let number = integer(name, value) else { return nil }
        if let range, number < range.lowerBound {
            let bound = range.lowerBound
            report(
                name, "greater_than_equal", "Input should be greater than or equal to \(bound)", value,
                ["ge": .integer(Int64(bound))])
        } else if let range, number > range.upperBound {
            let bound = range.upperBound
            report(
                name, "less_than_equal", "Input should be less than or equal to \(bound)", value,
                ["le": .integer(Int64(bound))])
        }
        return number
    }

    private mutating func integer(_ name: String, _ value: JSONValue) -> Int? {
        switch value {
        case .integer(let number): return Int(number)
        case .bool(let flag): return flag ? 1 : 0
        case .number(let number):
            if let exact = Int(exactly: number) { return exact }
            report(
                name, "int_from_float", "Input should be a valid integer, got a number with a fractional part", value)
        case .string(let text):
            if let number = Int(text) { return number }
            report(
                name, "int_parsing", "Input should be a valid integer, unable to parse string as an integer", value)
        case .null, .array, .object:
            report(name, "int_type", "Input should be a valid integer", value)
        }
        return nil
    }

    // MARK: Ids and times

    mutating func uuid(_ name: String) -> String {
        guard let value = requiredNode(name) else { return "" }
        return uuid(name, value, at: name) ?? ""
    }

    mutating func optionalUUID(_ name: String) -> String? {
        guard let value = node(name), value != .null else { return nil }
        return uuid(name, value, at: name)
    }

    mutating func optionalUUIDs(_ name: String) -> [String]? {
        guard let value = node(name), value != .null else { return nil }
        return items(name, value).compactMap { uuid(name, $0, at: name) }
    }

    /// A list of ids in which some may be null.
    mutating func optionalUUIDsOrNulls(_ name: String) -> [String?]? {
        guard let value = node(name), value != .null else { return nil }
        return items(name, value).map { $0 == .null ? nil : uuid(name, $0, at: name) }
    }

    private mutating func uuid(_ name: String, _ value: JSONValue, at place: String) -> String? {
        guard case .string(let text) = value else {
            report(place, "uuid_type", "UUID input should be a string, bytes or UUID object", value)
            return nil
        }
        if let id = UUIDText.normalised(text) { return id }
        let reason = UUIDText.fault(text)
        report(
            place, "uuid_parsing", "Input should be a valid UUID, \(reason)", value, ["error": .string(reason)])
        return nil
    }

    mutating func optionalTime(_ name: String) -> Timestamp? {
        guard let value = node(name), value != .null else { return nil }
        switch value {
        case .string(let text):
            if let time = Timestamp(text) { return time }
        case .integer(let seconds):
            let (microseconds, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000)
            if !overflows { return Timestamp(microseconds: microseconds) }
        case .number(let seconds):
            if let microseconds = Int64(exactly: (seconds * 1_000_000).rounded()) {
                return Timestamp(microseconds: microseconds)
            }
        case .null, .bool, .array, .object: break
        }
        report(
            name, "datetime_parsing", "Input should be a valid datetime, invalid character in year", value,
            ["error": "invalid character in year"])
        return nil
    }
}
