/// Whether a job shares the network of its host.
public enum NetworkMode: String, Codable, Sendable, CaseIterable {
    case host
    case bridge
}
