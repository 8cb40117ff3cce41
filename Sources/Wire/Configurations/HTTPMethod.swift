/// The HTTP method of a probe.
public enum HTTPMethod: String, Codable, Sendable, CaseIterable {
    case get, post, put, delete, patch, head
}
