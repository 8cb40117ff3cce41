/// A port of a run and the local port that it is forwarded to: `8080`, `80:8080`, `*:8080`.
public struct PortMapping: Sendable, Hashable {
    /// The port on the user's machine, nil for any free one.
    public var localPort: Int?
    /// The port in the run, 1 to 65535.
    public var containerPort: Int

    /// The agents' own ports, which are no application's: a mapping of one of them is passed over, as dstack does.
    public static let reserved = 10_000...10_999

    public init(localPort: Int? = nil, containerPort: Int) {
        self.localPort = localPort
        self.containerPort = containerPort
    }

    /// Reads the text form; nil where the text is something else or a port is not in 1...65535.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), let container = Self.port(parts[parts.count - 1]) else { return nil }
        containerPort = container
        if parts.count == 1 {
            localPort = container
        } else if parts[0] == "*" {
            localPort = nil
        } else {
            guard let local = Self.port(parts[0]) else { return nil }
            localPort = local
        }
    }

    private static func port(_ text: String) -> Int? {
        guard text.utf8.allSatisfy({ (48...57).contains($0) }), let port = Int(text), (1...65535).contains(port)
        else { return nil }
        return port
    }
}

extension PortMapping: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case localPort = "local_port"
        case containerPort = "container_port"
    }

    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        if case .object = value {
            let fields = try Fields<CodingKeys>(decoder)
            localPort = try fields.optional(.localPort)
            containerPort = try fields.required(.containerPort)
            for (key, port) in [(CodingKeys.localPort, localPort ?? 1), (.containerPort, containerPort)]
            where !(1...65535).contains(port) {
                throw fields.invalid(key, "\(port) is not a port; ports are 1 to 65535")
            }
            return
        }
        if case .number = value { throw decoder.invalid("expected a port like 8080, found \(value.excerpt)") }
        guard let text = value.scalarText, let mapping = PortMapping(text) else {
            throw decoder.invalid("expected a port like 8080, 80:8080 or *:8080, found \(value.excerpt)")
        }
        self = mapping
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(localPort, forKey: .localPort)
        try container.encode(containerPort, forKey: .containerPort)
    }
}
