import Client
import Testing
import Wire

@testable import CLI

@Suite struct TransitionLineTests {
    static func told(_ transitions: [Transition], isSingleJob: Bool) -> [String] {
        var lines = TransitionLine(isSingleJob: isSingleJob)
        // The time of day depends on the machine's time zone; it takes eight columns.
        return transitions.compactMap { lines.make($0)?.plain }.map { String($0.dropFirst(10)) }
    }

    static func run(_ to: String, reason: String? = nil) -> Transition {
        Transition(seq: 1, recordedAt: Timestamp(microseconds: 0), runName: "hello", kind: .run, to: to, reason: reason)
    }

    static func job(_ to: String, _ submission: String = "a", reason: String? = nil) -> Transition {
        Transition(
            seq: 1, recordedAt: Timestamp(microseconds: 0), runName: "hello", jobName: "hello-0-0",
            jobSubmissionId: submission, kind: .job, to: to, reason: reason)
    }

    @Test func aRunOfOneJobTellsEachStepOnce() {
        let lines = Self.told(
            [
                Self.run("submitted"), Self.job("submitted"), Self.job("provisioning"), Self.run("provisioning"),
                Self.job("running"), Self.run("running"), Self.job("terminating", reason: "done_by_runner"),
                Self.job("done"), Self.run("terminating"), Self.run("done", reason: "all_jobs_done"),
            ], isSingleJob: true)
        #expect(lines == ["submitted", "provisioning", "running", "terminating  done_by_runner", "done"])
    }

    @Test func aNewAttemptIsToldFromItsBeginning() {
        let lines = Self.told(
            [
                Self.run("submitted"), Self.job("running"), Self.job("failed", reason: "container_exited_with_error"),
                Self.run("pending"), Self.run("submitted"), Self.job("submitted", "b"), Self.job("running", "b"),
            ], isSingleJob: true)
        #expect(
            lines == [
                "submitted", "running", "failed  container_exited_with_error", "pending", "submitted", "submitted",
                "running",
            ])
    }

    @Test func severalJobsAreToldByName() {
        let lines = Self.told([Self.run("submitted"), Self.job("running")], isSingleJob: false)
        #expect(lines == ["hello  submitted", "hello-0-0  running"])
    }

    @Test func aNoteIsToldInItsWords() {
        let note = Transition(
            seq: 1, recordedAt: Timestamp(microseconds: 0), kind: .note, message: "The log was cut off")
        #expect(Self.told([note], isSingleJob: true) == ["The log was cut off"])
    }
}
