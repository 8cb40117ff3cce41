/// Status of a fleet.
public enum FleetStatus: String, Codable, Sendable, CaseIterable {
    case submitted
    case active
    case terminating
    case terminated
    case failed
}
