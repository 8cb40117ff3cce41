/// A CPU architecture that a configuration can ask for.
public enum CPUArchitecture: String, Codable, Sendable, CaseIterable {
    case x86
    case arm

    /// Reads a name in any case.
    public init?(name: String) {
        self.init(rawValue: name.lowercased())
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let name = try container.decode(String.self)
        guard let architecture = CPUArchitecture(name: name) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(name)' is not a CPU architecture; known are x86 and arm")
        }
        self = architecture
    }
}
