import Store

extension JobRecord {
    /// How many of the latest submissions of a job tell which of them is superseded by the next one.
    static let submissionsToJudge = 2

    /// Whether the submission tells nothing beyond its events once a new one of its job is written: it found no
    /// capacity, never had an instance, and is not the one right before, by which a run is seen to be retrying.
    /// dstack's rule; without it a run that waits for capacity for days piles up rows.
    func isSuperseded(by new: JobRecord) -> Bool {
        runID == new.runID && replicaNum == new.replicaNum && jobNum == new.jobNum
            && submissionNum < new.submissionNum - 1 && status.isFinished
            && terminationReason == .failedToStartDueToNoCapacity && provisioningData == nil
    }
}
