/// Whether a run may create an instance.
public enum CreationPolicy: String, Codable, Sendable, CaseIterable {
    case reuse
    case reuseOrCreate = "reuse-or-create"
}
