/// Health of an instance.
public enum HealthStatus: String, Codable, Sendable, CaseIterable {
    case healthy
    case warning
    case failure
}
