/// Status of a run, derived from its jobs, as on the wire of dstack 0.22.5.
///
/// `pending` is a run that waits for its next attempt or for its schedule.
public enum RunStatus: String, Codable, Sendable, CaseIterable {
    case pending, submitted, provisioning, running, terminating
    case terminated, failed, done

    /// Whether nothing follows this status.
    public var isFinished: Bool {
        switch self {
        case .terminated, .failed, .done: true
        case .pending, .submitted, .provisioning, .running, .terminating: false
        }
    }
}
