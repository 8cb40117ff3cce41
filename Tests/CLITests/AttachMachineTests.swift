import Client
import Testing
import Wire

@testable import CLI

@Suite struct AttachMachineTests {
    static func event(
        _ seq: Int64, _ kind: Transition.Kind, _ to: String?, submission: String? = nil, job: Int? = nil
    ) -> Transition {
        Transition(
            seq: seq, recordedAt: Timestamp(microseconds: seq), jobSubmissionId: submission, jobNum: job, kind: kind,
            to: to)
    }

    static let submitted = event(1, .run, "submitted")
    static let running = event(2, .job, "running", submission: "a", job: 0)
    static let terminating = event(3, .job, "terminating", submission: "a", job: 0)
    static let jobDone = event(4, .job, "done", submission: "a", job: 0)
    static let runDone = event(5, .run, "done")

    static func following() -> AttachMachine {
        var machine = AttachMachine()
        #expect(machine.transition(running) == [.show(running), .follow(submission: "a")])
        return machine
    }

    @Test func transition_beforeTheJobRuns_isShown() {
        var machine = AttachMachine()
        #expect(machine.transition(Self.submitted) == [.show(Self.submitted)])
        #expect(machine.log == .none)
    }

    @Test func running_startsTheLog_ofTheFirstJobAlone() {
        #expect(Self.following().log == .following(submission: "a"))
        var other = AttachMachine()
        let second = Self.event(2, .job, "running", submission: "b", job: 1)
        #expect(other.transition(second) == [.show(second)])
    }

    @Test func terminating_whileTheLogIsShown_isShownAtOnce() {
        var machine = Self.following()
        #expect(machine.transition(Self.terminating) == [.show(Self.terminating)])
    }

    @Test func lastTransitions_whileTheLogIsShown_waitForItsEnd() {
        var machine = Self.following()
        #expect(machine.transition(Self.jobDone) == [])
        #expect(machine.transition(Self.runDone) == [])
        #expect(machine.held == [Self.jobDone, Self.runDone])
        #expect(
            machine.logEnded(submission: "a") == [.show(Self.jobDone), .show(Self.runDone), .finish])
        #expect(machine.isFinished)
    }

    @Test func logEnded_beforeTheLastTransitions_holdsNothing() {
        var machine = Self.following()
        #expect(machine.logEnded(submission: "a") == [])
        #expect(machine.transition(Self.jobDone) == [.show(Self.jobDone)])
        #expect(machine.transition(Self.runDone) == [.show(Self.runDone), .finish])
    }

    @Test func aNewAttempt_waitsForTheLogOfTheOneBefore() {
        var machine = Self.following()
        let failed = Self.event(4, .job, "failed", submission: "a", job: 0)
        let pending = Self.event(5, .run, "pending")
        let again = Self.event(6, .job, "running", submission: "b", job: 0)
        for transition in [failed, pending, again] {
            #expect(machine.transition(transition) == [])
        }
        #expect(
            machine.logEnded(submission: "a")
                == [.show(failed), .show(pending), .show(again), .follow(submission: "b")])
        #expect(machine.log == .following(submission: "b"))
        #expect(machine.logEnded(submission: "a") == [])
    }

    @Test func transition_afterTheEnd_isIgnored() {
        var machine = AttachMachine()
        #expect(machine.transition(Self.runDone) == [.show(Self.runDone), .finish])
        #expect(machine.transition(Self.submitted) == [])
        #expect(machine.logEnded(submission: "a") == [])
    }

    @Test func withoutItsLog_nothingWaits() {
        var machine = AttachMachine()
        machine.showsLog = false
        #expect(machine.transition(Self.running) == [.show(Self.running), .attach(submission: "a")])
        #expect(machine.transition(Self.jobDone) == [.show(Self.jobDone)])
        #expect(machine.transition(Self.runDone) == [.show(Self.runDone), .finish])
    }

    @Test func anotherJob_isAttachedTo_fromItsNewestSubmissionOn() {
        var machine = AttachMachine()
        machine.job = 1
        machine.firstSubmission = 2
        #expect(machine.transition(Self.running) == [.show(Self.running)])
        var old = Self.event(2, .job, "running", submission: "b", job: 1)
        old.submissionNum = 1
        #expect(machine.transition(old) == [.show(old)])
        old.submissionNum = 2
        #expect(machine.transition(old) == [.show(old), .follow(submission: "b")])
    }
}
