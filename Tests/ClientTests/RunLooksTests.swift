import Testing
import Wire

@testable import Client

@Suite struct RunLooksTests {
    typealias Submission = (id: String, status: String, exit: Int?)

    /// What each look tells, as `kind status` with the submission's id for a job.
    static func told(_ looks: [(String, [Submission])]) throws -> [[String]] {
        var memory = RunLooks()
        return try looks.map { status, submissions in
            let text = RunText.run(status, submissions)
            let run: Wire.Run = try WireJSON.decode(from: Array(text.utf8), unknownFields: .ignored)
            return memory.look(run, now: Timestamp(microseconds: 0)).map { transition in
                [transition.kind.rawValue, transition.to, transition.jobSubmissionId].compactMap(\.self)
                    .joined(separator: " ")
            }
        }
    }

    @Test func nothingNewIsNotTold() throws {
        let told = try Self.told([
            ("submitted", [("a", "submitted", nil)]), ("submitted", [("a", "submitted", nil)]),
            ("provisioning", [("a", "pulling", nil)]),
        ])
        #expect(told == [["run submitted", "job submitted a"], [], ["job pulling a", "run provisioning"]])
    }

    @Test func aJobThatRanBetweenTwoLooksIsToldToHaveRun() throws {
        let told = try Self.told([
            ("submitted", [("a", "submitted", nil)]), ("failed", [("a", "failed", 3)]),
        ])
        #expect(told[1] == ["job running a", "job failed a", "run failed"])
    }

    @Test func aJobThatNeverRanIsNotToldToHaveRun() throws {
        let told = try Self.told([
            ("submitted", [("a", "submitted", nil)]), ("failed", [("a", "failed", nil)]),
        ])
        #expect(told[1] == ["job failed a", "run failed"])
    }

    @Test func aFinishedRunIsToldFromItsJobOn() throws {
        #expect(try Self.told([("done", [("a", "done", 0)])]) == [["job running a", "job done a", "run done"]])
    }

    @Test func aNewAttemptIsToldAfterTheOneBefore() throws {
        let told = try Self.told([
            ("running", [("a", "running", nil)]), ("pending", [("a", "failed", 1)]),
            ("submitted", [("a", "failed", 1), ("b", "submitted", nil)]),
            ("running", [("a", "failed", 1), ("b", "running", nil)]),
        ])
        #expect(
            told == [
                ["run running", "job running a"], ["job failed a", "run pending"],
                ["run submitted", "job submitted b"], ["job running b", "run running"],
            ])
    }

    @Test func anEndThatPassesTerminatingTellsRunningOnce() throws {
        let told = try Self.told([
            ("running", [("a", "running", nil)]), ("terminating", [("a", "terminating", 0)]),
            ("done", [("a", "done", 0)]),
        ])
        #expect(told.dropFirst() == [["job terminating a", "run terminating"], ["job done a", "run done"]])
    }
}
