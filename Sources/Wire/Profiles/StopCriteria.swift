/// When a multi-node run is finished.
public enum StopCriteria: String, Codable, Sendable, CaseIterable {
    case allDone = "all-done"
    case masterDone = "master-done"
}
