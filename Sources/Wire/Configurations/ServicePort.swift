/// The port that a service listens on; written alone, it is reached at local port 80.
public struct ServicePort: Sendable, Hashable {
    /// The port as a mapping.
    public var mapping: PortMapping

    public init(_ mapping: PortMapping) {
        self.mapping = mapping
    }
}

extension ServicePort: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        mapping = try PortMapping(from: decoder)
        if case .integer = value { mapping.localPort = 80 }
    }

    public func encode(to encoder: any Encoder) throws {
        try mapping.encode(to: encoder)
    }
}
