import Testing

@testable import SSH

@Suite struct KeepAliveMachineTests {
    private let second: UInt64 = 1_000_000_000

    private func makeMachine(_ limit: Int) -> KeepAliveMachine {
        KeepAliveMachine(KeepAlive(interval: .seconds(1), limit: limit))
    }

    @Test func peerThatSpoke_isLookedAtAnInterval_afterItSpoke() {
        var machine = makeMachine(3)
        #expect(
            machine.tick(now: 10 * second, received: 10 * second - 5, opening: .nothing)
                == .wait(until: 11 * second - 5))
    }

    @Test func silentPeer_isAsked_andGivenUpAfterTheBound() {
        var machine = makeMachine(3)
        #expect(machine.tick(now: 10 * second, received: 10 * second, opening: .nothing) == .wait(until: 11 * second))
        #expect(machine.tick(now: 11 * second, received: 10 * second, opening: .nothing) == .ask(next: 12 * second))
        #expect(machine.tick(now: 12 * second, received: 10 * second, opening: .nothing) == .ask(next: 13 * second))
        #expect(machine.tick(now: 13 * second, received: 10 * second, opening: .nothing) == .giveUp)
    }

    @Test func ticksThatComeAMomentLate_doNotAddUp() {
        var machine = makeMachine(3)
        let late: UInt64 = 1_000_000
        #expect(machine.tick(now: 10 * second, received: 10 * second, opening: .nothing) == .wait(until: 11 * second))
        #expect(
            machine.tick(now: 11 * second + late, received: 10 * second, opening: .nothing) == .ask(next: 12 * second))
        #expect(
            machine.tick(now: 12 * second + late, received: 10 * second, opening: .nothing) == .ask(next: 13 * second))
    }

    @Test func anAnswer_startsTheCountAnew() {
        var machine = makeMachine(2)
        #expect(machine.tick(now: 11 * second, received: 10 * second, opening: .nothing) == .ask(next: 12 * second))
        #expect(
            machine.tick(now: 12 * second, received: 11 * second + 1, opening: .nothing)
                == .wait(until: 12 * second + 1))
        #expect(machine.tick(now: 13 * second, received: 11 * second + 1, opening: .nothing) == .ask(next: 14 * second))
    }

    @Test func processThatWasStopped_asksBeforeItJudges() {
        var machine = makeMachine(3)
        #expect(
            machine.tick(now: 5_000 * second, received: 10 * second, opening: .nothing) == .ask(next: 5_001 * second))
    }

    @Test func limitBelowTwo_asksOnceAllTheSame() {
        var machine = makeMachine(0)
        #expect(machine.tick(now: 11 * second, received: 10 * second, opening: .nothing) == .ask(next: 12 * second))
        #expect(machine.tick(now: 12 * second, received: 10 * second, opening: .nothing) == .giveUp)
        #expect(machine.bound == "2 s")
    }

    @Test func questionThatIsOut_isNotRepeated_andCounts() {
        var machine = makeMachine(3)
        #expect(machine.tick(now: 11 * second, received: 10 * second, opening: .nothing) == .ask(next: 12 * second))
        #expect(machine.tick(now: 12 * second, received: 10 * second, opening: .question) == .wait(until: 13 * second))
        #expect(machine.tick(now: 13 * second, received: 10 * second, opening: .question) == .giveUp)
    }

    @Test func whileAChannelIsOpened_theQuestionIsARequest_withTimeForLibssh2() {
        var machine = makeMachine(3)
        #expect(
            machine.tick(now: 11 * second, received: 10 * second, opening: .channel)
                == .request(next: 11 * second + 2_100_000_000))
    }
}
