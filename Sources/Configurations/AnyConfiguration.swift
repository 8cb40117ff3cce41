import Wire

/// What a configuration file describes, told apart by its `type`.
public enum AnyConfiguration: Sendable, Hashable {
    case run(AnyRunConfiguration)
    case fleet(FleetConfiguration)
    case volume(VolumeConfiguration)
    case gateway(GatewayConfiguration)

    /// The types that a configuration file can have.
    public static let types = ["task", "dev-environment", "service", "fleet", "volume", "gateway"]

    /// The value of `type`.
    public var type: String {
        switch self {
        case .run(let configuration): configuration.type
        case .fleet: "fleet"
        case .volume: "volume"
        case .gateway: "gateway"
        }
    }

    /// The name that the file gives.
    public var name: String? {
        switch self {
        case .run(let configuration): configuration.base.name
        case .fleet(let configuration): configuration.name
        case .volume(let configuration): configuration.name
        case .gateway(let configuration): configuration.name
        }
    }

    /// Reads a configuration from a value.
    init(_ value: JSONValue) throws(WireDecodingErrors) {
        switch try Self.type(of: value) {
        case "task": self = .run(.task(try WireJSON.decodeCollecting(from: value)))
        case "dev-environment": self = .run(.devEnvironment(try WireJSON.decodeCollecting(from: value)))
        case "service": self = .run(.service(try WireJSON.decodeCollecting(from: value)))
        case "fleet": self = .fleet(try WireJSON.decodeCollecting(from: value))
        case "volume": self = .volume(try WireJSON.decodeCollecting(from: value))
        default: self = .gateway(try WireJSON.decodeCollecting(from: value))
        }
    }

    /// The value's `type`, one of `types`.
    private static func type(of value: JSONValue) throws(WireDecodingErrors) -> String {
        func error(_ path: [WireDecodingError.Step], _ message: String) -> WireDecodingErrors {
            WireDecodingErrors(errors: [WireDecodingError(path: path, reason: .invalid, message: message)])
        }
        let known = types.joined(separator: ", ")
        guard case .object = value else {
            throw error([], "a configuration is a mapping of properties, found \(value.excerpt)")
        }
        guard let type = value["type"] else { throw error([], "the property type is required; it is one of \(known)") }
        guard case .string(let name) = type, types.contains(name) else {
            if type == .string("preset") {
                throw error([.name("type")], "presets are not served; known types are \(known)")
            }
            throw error([.name("type")], "\(type.excerpt) is not a type of configuration; known types are \(known)")
        }
        return name
    }
}

extension AnyConfiguration: Encodable {
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .run(let configuration): try configuration.encode(to: encoder)
        case .fleet(let configuration): try configuration.encode(to: encoder)
        case .volume(let configuration): try configuration.encode(to: encoder)
        case .gateway(let configuration): try configuration.encode(to: encoder)
        }
    }
}
