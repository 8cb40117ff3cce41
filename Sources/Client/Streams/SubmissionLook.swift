import Wire

/// One look at the run of a submission whose log is read.
struct SubmissionLook: Sendable {
    /// The run's name, by which pages of its logs are asked for.
    let runName: String
    /// Whether nothing can be logged any more.
    let isFinished: Bool

    init(_ run: Wire.Run, submission id: String) {
        runName = run.runSpec.runName ?? run.id
        let submission = run.jobs.lazy.flatMap(\.jobSubmissions).first { $0.id == id }
        // A server drops submissions that never got anywhere: they log nothing more either.
        isFinished = submission?.status.isFinished ?? true
    }
}
