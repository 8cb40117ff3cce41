/// Status of one job submission, as on the wire of dstack 0.22.5.
///
/// submitted → provisioning → pulling → running → terminating → one of the four final ones.
public enum JobStatus: String, Codable, Sendable, CaseIterable {
    case submitted, provisioning, pulling, running, terminating
    case terminated, aborted, failed, done

    /// Whether nothing follows this status.
    public var isFinished: Bool {
        switch self {
        case .terminated, .aborted, .failed, .done: true
        case .submitted, .provisioning, .pulling, .running, .terminating: false
        }
    }
}
