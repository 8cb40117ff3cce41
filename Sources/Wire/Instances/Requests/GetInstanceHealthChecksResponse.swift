/// Answer of `instances/get_instance_health_checks`.
public struct GetInstanceHealthChecksResponse: Codable, Sendable, Hashable {
    /// The checks, newest first.
    public var healthChecks: [HealthCheck]

    public init(healthChecks: [HealthCheck]) {
        self.healthChecks = healthChecks
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case healthChecks = "health_checks"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        healthChecks = try fields.required(.healthChecks)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(healthChecks, forKey: .healthChecks)
    }
}
