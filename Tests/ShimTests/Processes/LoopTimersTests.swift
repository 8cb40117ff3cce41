import Synchronization
import Testing

@testable import Shim

@Suite struct LoopTimersTests {
    private let start = ContinuousClock.now

    /// Runs what is due and gives the names in order.
    private func due(_ timers: inout LoopTimers, _ said: Said, at offset: Duration) -> [String] {
        for body in timers.due(at: start + offset) { body() }
        return said.take()
    }

    private final class Said: Sendable {
        private let names = Mutex<[String]>([])

        func body(_ name: String) -> LoopTimers.Body { { [self] in names.withLock { $0.append(name) } } }

        func take() -> [String] {
            names.withLock { names in
                defer { names = [] }
                return names
            }
        }
    }

    @Test func due_givesByDeadline_thenByAge() {
        var timers = LoopTimers()
        let said = Said()
        _ = timers.add(at: start + .seconds(2), said.body("c"))
        _ = timers.add(at: start + .seconds(1), said.body("a"))
        _ = timers.add(at: start + .seconds(1), said.body("b"))
        #expect(due(&timers, said, at: .milliseconds(999)) == [])
        #expect(due(&timers, said, at: .seconds(1)) == ["a", "b"])
        #expect(due(&timers, said, at: .seconds(3)) == ["c"])
        #expect(timers.milliseconds(from: start) == -1)
    }

    @Test func cancel_takesBackOnlyThatOne() {
        var timers = LoopTimers()
        let said = Said()
        let first = timers.add(at: start + .seconds(1), said.body("a"))
        _ = timers.add(at: start + .seconds(1), said.body("b"))
        timers.cancel(first)
        timers.cancel(first)
        #expect(due(&timers, said, at: .seconds(1)) == ["b"])
    }

    @Test func milliseconds_areRoundedUp_andNeverNegative() {
        var timers = LoopTimers()
        _ = timers.add(at: start + .microseconds(1500)) {}
        #expect(timers.milliseconds(from: start) == 2)
        #expect(timers.milliseconds(from: start + .seconds(1)) == 0)
    }
}
