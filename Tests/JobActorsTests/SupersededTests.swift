import Store
import Testing
import Wire

@testable import JobActors

/// Which submissions a new one of the same job leaves without a use.
@Suite struct SupersededTests {
    private static func job(_ submissionNum: Int, jobNum: Int = 0) -> JobRecord {
        JobRecord(
            id: "\(jobNum)-\(submissionNum)", runID: "run", projectID: "p", name: "run-\(jobNum)-0", jobNum: jobNum,
            replicaNum: 0, submissionNum: submissionNum, submittedAt: Timestamp(microseconds: 0), status: .failed,
            terminationReason: .failedToStartDueToNoCapacity, spec: [], state: [])
    }

    @Test func isSuperseded_allButTheOneBefore() {
        let new = Self.job(3)
        #expect((0..<3).map { Self.job($0).isSuperseded(by: new) } == [true, true, false])
        #expect(!Self.job(0).isSuperseded(by: Self.job(1)))
        #expect(!Self.job(0, jobNum: 1).isSuperseded(by: new))
    }

    @Test func isSuperseded_notWhereItTellsMore() {
        var ran = Self.job(0)
        ran.provisioningData = []
        var failed = Self.job(0)
        failed.terminationReason = .containerExitedWithError
        var living = Self.job(0)
        living.status = .submitted
        living.terminationReason = nil
        for job in [ran, failed, living] { #expect(!job.isSuperseded(by: Self.job(3))) }
    }
}
