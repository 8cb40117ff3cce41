import FoundationEssentials
import Testing
import Wire

@testable import JobActors

/// Every state × every event of an instance.
@Suite struct InstanceMachineTableTests {
    typealias State = InstanceMachine.State
    typealias Event = InstanceMachine.Event
    typealias Ending = InstanceMachine.Ending

    static let now = Timestamp(microseconds: 1_000_000_000)

    static func later(_ seconds: Int) -> Timestamp { now.advanced(by: .seconds(seconds)) }

    static let trying = State.provisioning(
        .init(deadline: later(100), attempt: 1, phase: .trying(since: now), isTouched: true))
    static let bare = State.provisioning(.init(deadline: later(100), attempt: 1, phase: .trying(since: now)))
    static let late = State.provisioning(.init(deadline: later(1), attempt: 3, phase: .trying(since: now)))
    static let pausing = State.provisioning(
        .init(deadline: later(100), attempt: 1, phase: .pausing(until: later(2)), failure: "why"))
    static let reachable = State.active(.reachable)
    static let silent = State.active(.silent(since: now))
    static let unreachable = State.active(.unreachable)
    static let user = Ending(reason: .terminatedByUser)

    static func ending(
        _ ending: Ending = user, attempt: Int = 1, phase: InstanceMachine.Phase = .trying(since: now),
        failure: String? = nil, cleanedAt: Timestamp? = nil
    ) -> State {
        .terminating(
            .init(
                ending: ending, deadline: later(InstanceMachine.removalLimit), attempt: attempt, phase: phase,
                failure: failure, cleanedAt: cleanedAt))
    }

    static let cleaned = ending(cleanedAt: now)
    static let ended = State.terminated(user)
    static let failed = Ending(reason: .error, message: "why")
    static let states = [
        .pending, trying, bare, late, pausing, reachable, silent, unreachable, ending(),
        ending(phase: .pausing(until: later(2))), cleaned, ended,
    ]
    static let events: [Event] = [
        .taken, .touched, .ready, .setUpFailed("why", isTransient: true), .setUpFailed("why", isTransient: false),
        .attemptOverdue, .again, .reached, .lost, .silenceOverdue, .terminate, .cleaned, .removed,
        .removalFailed("why", isTransient: true), .removalFailed("why", isTransient: false), .removalOverdue,
    ]

    /// What changes something; every other pair changes nothing.
    static let changes: [(State, Event, State)] = [
        (
            .pending, .taken,
            .provisioning(
                .init(deadline: later(InstanceMachine.provisioningLimit), attempt: 1, phase: .trying(since: now)))
        ),
        (.pending, .terminate, ended),
        (bare, .touched, trying),
        (
            late, .touched,
            .provisioning(.init(deadline: later(1), attempt: 3, phase: .trying(since: now), isTouched: true))
        ),
        (
            pausing, .touched,
            .provisioning(
                .init(
                    deadline: later(100), attempt: 1, phase: .pausing(until: later(2)), failure: "why",
                    isTouched: true))
        ),
        (trying, .ready, reachable), (bare, .ready, reachable), (late, .ready, reachable),
        (pausing, .ready, reachable),
        (
            trying, .setUpFailed("why", isTransient: true),
            .provisioning(
                .init(
                    deadline: later(100), attempt: 1, phase: .pausing(until: later(2)), failure: "why",
                    isTouched: true))
        ),
        (bare, .setUpFailed("why", isTransient: true), pausing),
        (pausing, .setUpFailed("why", isTransient: true), pausing),
        (late, .setUpFailed("why", isTransient: true), timedOut("why")),
        (trying, .setUpFailed("why", isTransient: false), ending(failed)),
        (bare, .setUpFailed("why", isTransient: false), .terminated(failed)),
        (late, .setUpFailed("why", isTransient: false), .terminated(failed)),
        (pausing, .setUpFailed("why", isTransient: false), .terminated(failed)),
        (
            trying, .attemptOverdue,
            .provisioning(
                .init(
                    deadline: later(100), attempt: 1, phase: .pausing(until: later(2)), failure: overdue,
                    isTouched: true))
        ),
        (
            bare, .attemptOverdue,
            .provisioning(.init(deadline: later(100), attempt: 1, phase: .pausing(until: later(2)), failure: overdue))
        ),
        (
            pausing, .attemptOverdue,
            .provisioning(.init(deadline: later(100), attempt: 1, phase: .pausing(until: later(2)), failure: overdue))
        ),
        (late, .attemptOverdue, timedOut(overdue)),
        (
            pausing, .again,
            .provisioning(.init(deadline: later(100), attempt: 2, phase: .trying(since: now), failure: "why"))
        ),
        (trying, .terminate, ending()), (bare, .terminate, ended), (late, .terminate, ended),
        (pausing, .terminate, ended),
        (unreachable, .reached, reachable), (silent, .silenceOverdue, unreachable),
        (reachable, .terminate, ending()), (silent, .terminate, ending()), (unreachable, .terminate, ending()),
        (ending(), .removed, ended), (ending(phase: .pausing(until: later(2))), .removed, ended),
        (
            ending(), .removalFailed("why", isTransient: true),
            ending(phase: .pausing(until: later(2)), failure: "why")
        ),
        (
            ending(phase: .pausing(until: later(2))), .removalFailed("why", isTransient: true),
            ending(phase: .pausing(until: later(2)), failure: "why")
        ),
        (ending(), .removalFailed("why", isTransient: false), leftover("why")),
        (ending(phase: .pausing(until: later(2))), .removalFailed("why", isTransient: false), leftover("why")),
        (ending(), .removalOverdue, leftover("it took more than \(InstanceMachine.removalLimit) s")),
        (
            ending(phase: .pausing(until: later(2))), .removalOverdue,
            leftover("it took more than \(InstanceMachine.removalLimit) s")
        ),
        (ending(phase: .pausing(until: later(2))), .again, ending(attempt: 2)),
        (ending(), .cleaned, cleaned),
        (
            ending(phase: .pausing(until: later(2))), .cleaned,
            ending(phase: .pausing(until: later(2)), cleanedAt: now)
        ),
        (cleaned, .removed, ended),
        (
            cleaned, .removalFailed("why", isTransient: true),
            ending(phase: .pausing(until: later(2)), failure: "why", cleanedAt: now)
        ),
        (cleaned, .removalFailed("why", isTransient: false), keyLeft("why")),
        (cleaned, .removalOverdue, keyLeft("it took more than \(InstanceMachine.removalLimit) s")),
    ]

    /// What changes in memory only.
    static let moves: [(State, Event, State)] = [(reachable, .lost, silent), (silent, .reached, reachable)]

    static let overdue = "it took more than \(InstanceMachine.attemptLimit) s"

    static func timedOut(_ why: String) -> State {
        .terminated(.init(reason: .provisioningTimeout, message: "Failed to set up the host within 600 s: \(why)"))
    }

    static func leftover(_ why: String) -> State {
        .terminated(
            .init(
                reason: .terminatedByUser, message: "What was put on the host could not be removed: \(why)"))
    }

    static func keyLeft(_ why: String) -> State {
        .terminated(
            .init(
                reason: .terminatedByUser,
                message: "The project's key may still be in authorized_keys on the host: \(why)"))
    }

    @Test func handle_leadsWhereTheTableSays_forEveryPair() {
        for state in Self.states {
            for event in Self.events {
                var machine = InstanceMachine(isHost: true, state: state)
                let reaction = machine.handle(event, at: Self.now)
                if let change = Self.changes.first(where: { $0.0 == state && $0.1 == event }) {
                    #expect(reaction == .changed, "\(state) \(event)")
                    #expect(machine.state == change.2, "\(state) \(event)")
                } else if let move = Self.moves.first(where: { $0.0 == state && $0.1 == event }) {
                    #expect(reaction == .moved, "\(state) \(event)")
                    #expect(machine.state == move.2, "\(state) \(event)")
                } else {
                    #expect(reaction == .stay, "\(state) \(event)")
                    #expect(machine.state == state, "\(state) \(event)")
                }
            }
        }
    }

    @Test func theTable_isOfPairsThatAreThere() {
        for (state, event, _) in Self.changes + Self.moves {
            #expect(Self.states.contains(state) && Self.events.contains(event), "\(state) \(event)")
        }
    }

    @Test func thisMachine_hasNothingToRemove() {
        var machine = InstanceMachine.ready(isUnreachable: false)
        #expect(machine.handle(.terminate, at: Self.now) == .changed)
        #expect(machine.state == Self.ended)
    }

    @Test func terminate_ofOneThatFailed_makesItItsUsers() {
        var machine = InstanceMachine(isHost: true, state: Self.ending(Self.failed))
        #expect(machine.handle(.terminate, at: Self.now) == .changed)
        #expect(machine.ending == Ending(reason: .terminatedByUser, message: "why"))
    }

    /// A row that an earlier release wrote does not say how far the removal is.
    @Test func aRemovalOfAnEarlierRelease_isRead() throws {
        let bytes = try JSONEncoder().encode(InstanceMachine(isHost: true, state: Self.ending()))
        #expect(!String(decoding: bytes, as: UTF8.self).contains("cleaned"))
        let machine = try JSONDecoder().decode(InstanceMachine.self, from: bytes)
        #expect(machine.ending == Self.user)
        #expect(!machine.isCleaned)
    }

    @Test func removalThatRested_whileNobodyWasThere_hasItsTimeAnew() {
        let back = Self.later(10_000)
        let phases: [(before: InstanceMachine.Phase, after: InstanceMachine.Phase)] = [
            (.trying(since: Self.now), .trying(since: back)),
            (.pausing(until: Self.later(2)), .pausing(until: Self.later(2))),
        ]
        for (before, after) in phases {
            var machine = InstanceMachine(isHost: true, state: Self.ending(phase: before))
            machine.resume(at: back)
            guard case .terminating(let state) = machine.state else {
                Issue.record("\(machine.state)")
                continue
            }
            #expect(state.phase == after)
            #expect(state.deadline == back.advanced(by: .seconds(InstanceMachine.removalLimit)))
        }
    }

    @Test func pauses_grow_toTheLongest() {
        var machine = InstanceMachine()
        var now = Self.now
        _ = machine.handle(.taken, at: now)
        var pauses: [Int64] = []
        for _ in 0..<7 {
            _ = machine.handle(.setUpFailed("why", isTransient: true), at: now)
            guard case .provisioning(let state) = machine.state, case .pausing(let until) = state.phase else { break }
            pauses.append(until.since(now).components.seconds)
            now = until
            _ = machine.handle(.again, at: now)
        }
        #expect(pauses == [2, 4, 8, 16, 30, 30, 30])
    }

    @Test func owed_followsFromTheState() {
        #expect(InstanceMachine(isHost: true, state: .pending).owed == [.awaitHost])
        #expect(
            InstanceMachine(isHost: true, state: Self.trying).owed == [
                .setUp(attempt: 1), .timer(.attempt, at: Self.later(InstanceMachine.attemptLimit)),
            ])
        #expect(InstanceMachine(isHost: true, state: Self.pausing).owed == [.timer(.pause, at: Self.later(2))])
        #expect(InstanceMachine(isHost: true, state: Self.reachable).owed == [.watch])
        #expect(
            InstanceMachine(isHost: true, state: Self.silent).owed == [
                .watch, .timer(.silence, at: Self.later(InstanceMachine.silenceLimit)),
            ])
        #expect(
            InstanceMachine(isHost: true, state: Self.ending()).owed == [
                .remove(attempt: 1), .timer(.removal, at: Self.later(InstanceMachine.removalLimit)),
            ])
        #expect(InstanceMachine(isHost: true, state: Self.ended).owed == [])
    }
}
