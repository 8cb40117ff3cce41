/// Status of an instance.
public enum InstanceStatus: String, Codable, Sendable, CaseIterable {
    case pending
    case provisioning
    case idle
    case busy
    case terminating
    case terminated
}
