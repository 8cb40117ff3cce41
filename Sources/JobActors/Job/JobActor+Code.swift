import Store
import Wire

/// The code of a job's repository, on its way to the runner.
extension JobActor {
    /// Nil for a job without a repository. The credentials are those of the run's user at this moment.
    ///
    /// - Throws: `AccountError` where the code is gone, `StoreError`.
    nonisolated func code(for spec: RunnerJobSpec, of record: JobRecord) async throws -> RunCode? {
        guard spec.repoCodeHash != nil || spec.repoData?.repoType == "remote" else { return nil }
        return try await surroundings.code(runID: record.runID, hash: spec.repoCodeHash)
    }
}

extension RunnerSubmitRequest {
    /// Says which repository it is and what opens it.
    mutating func add(_ code: RunCode?) {
        guard let code else { return }
        run.runSpec.repoID = code.repoID
        repoCredentials = code.credentials
    }
}
