/// What an event can be about.
public enum EventTargetType: String, Codable, Sendable, CaseIterable {
    case project
    case user
    case fleet
    case instance
    case run
    case job
    case volume
    case gateway
    case gatewayReplica = "gateway-replica"
    case secret
    case preset
}
