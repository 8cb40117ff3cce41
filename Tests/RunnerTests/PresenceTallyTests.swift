import Testing

@testable import Runner

@Suite struct PresenceTallyTests {
    private let start = ContinuousClock.now
    private func later(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test func whoCounts_isTheLast_onceHeHasGone() {
        var tally = PresenceTally(since: start)
        #expect(tally.away(at: later(5)) == .seconds(5))
        tally.enter()
        #expect(tally.away(at: later(9)) == .zero)
        tally.leave(at: later(10))
        #expect(tally.away(at: later(12)) == .seconds(2))
    }

    @Test func whoWasNobody_isAsIfHeHadNeverBeen() {
        var tally = PresenceTally(since: start)
        tally.come()
        #expect(tally.away(at: later(5)) == .zero)
        tally.pass()
        #expect(tally.away(at: later(6)) == .seconds(6))
    }

    @Test func whoLogsIn_counts() {
        var tally = PresenceTally(since: start)
        tally.come()
        tally.settle()
        #expect(tally.away(at: later(5)) == .zero)
        tally.leave(at: later(6))
        #expect(tally.away(at: later(8)) == .seconds(2))
    }
}
