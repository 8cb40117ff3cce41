extension JSONValue {
    /// The value as a boolean the way dstack reads one: also `yes`, `on`, `1` and their opposites.
    var laxBool: Bool? {
        switch self {
        case .bool(let value): value
        case .integer(1), .number(1): true
        case .integer(0), .number(0): false
        case .string(let text):
            switch text.lowercased() {
            case "true", "t", "yes", "y", "on", "1": true
            case "false", "f", "no", "n", "off", "0": false
            default: nil
            }
        case .null, .integer, .number, .array, .object: nil
        }
    }
}
