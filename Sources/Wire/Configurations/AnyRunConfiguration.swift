/// The configuration of a run, told apart by `type`.
public enum AnyRunConfiguration: Sendable, Hashable {
    case task(TaskConfiguration)
    case devEnvironment(DevEnvironmentConfiguration)
    case service(ServiceConfiguration)

    /// What all three have in common.
    public var base: BaseRunConfiguration {
        get {
            switch self {
            case .task(let configuration): configuration.base
            case .devEnvironment(let configuration): configuration.base
            case .service(let configuration): configuration.base
            }
        }
        set {
            switch self {
            case .task(var configuration):
                configuration.base = newValue
                self = .task(configuration)
            case .devEnvironment(var configuration):
                configuration.base = newValue
                self = .devEnvironment(configuration)
            case .service(var configuration):
                configuration.base = newValue
                self = .service(configuration)
            }
        }
    }

    /// The profile parameters that stand in the configuration itself.
    public var profile: ProfileParams {
        get {
            switch self {
            case .task(let configuration): configuration.profile
            case .devEnvironment(let configuration): configuration.profile
            case .service(let configuration): configuration.profile
            }
        }
        set {
            switch self {
            case .task(var configuration):
                configuration.profile = newValue
                self = .task(configuration)
            case .devEnvironment(var configuration):
                configuration.profile = newValue
                self = .devEnvironment(configuration)
            case .service(var configuration):
                configuration.profile = newValue
                self = .service(configuration)
            }
        }
    }

    /// The value of `type`.
    public var type: String {
        switch self {
        case .task: "task"
        case .devEnvironment: "dev-environment"
        case .service: "service"
        }
    }
}

extension AnyRunConfiguration: Codable {
    private enum TypeKey: String, CodingKey {
        case type
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: TypeKey.self)
        switch try container.decode(String.self, forKey: .type) {
        case "task": self = .task(try TaskConfiguration(from: decoder))
        case "dev-environment": self = .devEnvironment(try DevEnvironmentConfiguration(from: decoder))
        case "service": self = .service(try ServiceConfiguration(from: decoder))
        case let other:
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: container,
                debugDescription: "'\(other)' is not a type of run; known are task, dev-environment and service")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .task(let configuration): try configuration.encode(to: encoder)
        case .devEnvironment(let configuration): try configuration.encode(to: encoder)
        case .service(let configuration): try configuration.encode(to: encoder)
        }
    }
}
