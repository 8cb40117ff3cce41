import Testing
import Wire

@testable import JobActors

/// Every state × every event of an instance.
@Suite struct InstanceMachineTableTests {
    typealias State = InstanceMachine.State
    typealias Event = InstanceMachine.Event

    static let now = Timestamp(microseconds: 5)
    static let silent = State.silent(since: now)

    /// Next state, and whether it is told.
    static let table: [(State, Event, State, Bool)] = [
        (.reachable, .reached, .reachable, false), (.reachable, .lost, silent, false),
        (.reachable, .overdue, .reachable, false), (.reachable, .terminate, .terminated, true),
        (silent, .reached, .reachable, false), (silent, .lost, silent, false),
        (silent, .overdue, .unreachable, true), (silent, .terminate, .terminated, true),
        (.unreachable, .reached, .reachable, true), (.unreachable, .lost, .unreachable, false),
        (.unreachable, .overdue, .unreachable, false), (.unreachable, .terminate, .terminated, true),
        (.terminated, .reached, .terminated, false), (.terminated, .lost, .terminated, false),
        (.terminated, .overdue, .terminated, false), (.terminated, .terminate, .terminated, false),
    ]

    @Test func handle_leadsWhereTheTableSays_forEveryPair() {
        #expect(Self.table.count == 4 * Event.allCases.count)
        for (state, event, next, isTold) in Self.table {
            var machine = InstanceMachine(state: state)
            #expect(machine.handle(event, at: Self.now) == isTold, "\(state) \(event)")
            #expect(machine.state == next, "\(state) \(event)")
        }
    }
}
