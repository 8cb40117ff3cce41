/// Whether the instances of a fleet are connected.
public enum InstanceGroupPlacement: String, Codable, Sendable, CaseIterable {
    case any
    case cluster
}
