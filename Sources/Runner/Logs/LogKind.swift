/// The two logs of a job.
enum LogKind: Equatable, Sendable, CaseIterable {
    /// What the job's terminal showed, byte for byte.
    case job
    /// What the runner did.
    case runner

    var fileName: String {
        switch self {
        case .job: "job.log"
        case .runner: "runner.log"
        }
    }
}
