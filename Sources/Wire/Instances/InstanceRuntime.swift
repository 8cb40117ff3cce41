/// Which agent an instance starts.
public enum InstanceRuntime: String, Codable, Sendable, CaseIterable {
    case shim
    case runner
}
