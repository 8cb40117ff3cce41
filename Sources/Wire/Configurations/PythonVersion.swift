/// A Python version that a configuration can ask for.
public enum PythonVersion: String, Sendable, CaseIterable {
    case python39 = "3.9"
    case python310 = "3.10"
    case python311 = "3.11"
    case python312 = "3.12"
    case python313 = "3.13"
    case python314 = "3.14"
    case python315 = "3.15"
}

extension PythonVersion: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        // A YAML 3.10 without quotes is the number 3.1.
        let text = value == .number(3.1) ? "3.10" : value.scalarText
        guard let version = text.flatMap(PythonVersion.init(rawValue:)) else {
            let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw decoder.invalid("\(value.excerpt) is not a supported Python version; known are \(known)")
        }
        self = version
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
