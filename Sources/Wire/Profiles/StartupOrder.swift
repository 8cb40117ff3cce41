/// Which nodes of a multi-node run start first.
public enum StartupOrder: String, Codable, Sendable, CaseIterable {
    case any
    case masterFirst = "master-first"
    case workersFirst = "workers-first"
}
