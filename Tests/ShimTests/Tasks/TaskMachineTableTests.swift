import Testing

@testable import Shim

/// Every state with every event: what follows is written out, nothing is left to chance.
@Suite struct TaskMachineTableTests {
    typealias Machine = TaskMachine
    typealias Action = TaskMachine.Action

    static let runner = ProcessIdentity(pid: 7, startTicks: 70)
    static let other = ProcessIdentity(pid: 8, startTicks: 80)
    static let first = Machine.Ending(reason: "terminated_by_user", message: "first")
    static let second = Machine.Ending(reason: "terminated_by_server", message: "second")
    static let blank = Machine.Ending(reason: "", message: "")

    enum Event: CaseIterable {
        case started, startFailed, exitedZero, killed, terminateAtOnce, terminateWithGrace, graceEnded, groupEmptied
        case recoveredAlive, recoveredGone
    }

    static func apply(_ event: Event, _ machine: inout Machine) -> [Action] {
        switch event {
        case .started: machine.started(other)
        case .startFailed: machine.startFailed(reason: "creating_container_error", message: "no")
        case .exitedZero: machine.runnerExited(.exited(0), log: "")
        case .killed: machine.runnerExited(.signaled(9), log: "last words")
        case .terminateAtOnce: machine.terminate(reason: second.reason, message: second.message, grace: 0)
        case .terminateWithGrace: machine.terminate(reason: second.reason, message: second.message, grace: 5)
        case .graceEnded: machine.graceEnded()
        case .groupEmptied: machine.groupEmptied()
        case .recoveredAlive: machine.recovered(other)
        case .recoveredGone: machine.recovered(nil)
        }
    }

    static let states: [Machine.State] = [
        .pending, .running(runner), .stopping(runner, first), .stopping(runner, blank),
        .killing(first, runnerIsGone: false), .killing(first, runnerIsGone: true), .terminated(first),
        .terminated(blank),
    ]

    /// What an event does in a state.
    static func expected(_ state: Machine.State, _ event: Event) -> (Machine.State, [Action]) {
        let crash = Machine.Ending(
            reason: "executor_error", message: "the runner was killed by signal 9:\nlast words", exitStatus: 137)
        let lost = Machine.Ending(reason: "executor_error", message: "the runner ended while the shim was not running")
        let unstarted = Machine.Ending(
            reason: "executor_error", message: "the shim was stopped before it had started the runner")
        let refused = Machine.Ending(reason: "creating_container_error", message: "no")
        switch (state, event) {
        case (.pending, .started): return (.running(other), [.save, .publish])
        case (.pending, .startFailed): return (.terminated(refused), [.save, .publish, .answerTermination])
        case (.pending, .terminateAtOnce), (.pending, .terminateWithGrace):
            return (.killing(second, runnerIsGone: true), [.save, .killAll, .watchGroup])
        case (.pending, .recoveredAlive): return (.running(other), [.save])
        case (.pending, .recoveredGone):
            return (.killing(unstarted, runnerIsGone: true), [.save, .killAll, .watchGroup])

        case (.running, .exitedZero):
            let done = Machine.Ending(reason: "done_by_runner", message: "", exitStatus: 0)
            return (.killing(done, runnerIsGone: true), [.save, .killAll, .watchGroup])
        case (.running, .killed): return (.killing(crash, runnerIsGone: true), [.save, .killAll, .watchGroup])
        case (.running, .terminateAtOnce): return (.killing(second, runnerIsGone: false), [.save, .killAll])
        case (.running, .terminateWithGrace):
            return (.stopping(runner, second), [.save, .askToEnd(runner), .startGrace(seconds: 5)])
        case (.running, .recoveredGone):
            return (.killing(lost, runnerIsGone: true), [.save, .killAll, .watchGroup])

        case (.stopping(_, var ending), .exitedZero):
            ending.exitStatus = 0
            return (.killing(ending, runnerIsGone: true), [.save, .endGrace, .killAll, .watchGroup])
        case (.stopping(_, var ending), .killed):
            ending.exitStatus = 137
            return (.killing(ending, runnerIsGone: true), [.save, .endGrace, .killAll, .watchGroup])
        case (.stopping(_, let ending), .terminateAtOnce):
            return (.killing(ending == blank ? second : ending, runnerIsGone: false), [.save, .endGrace, .killAll])
        case (.stopping(_, let ending), .terminateWithGrace):
            return (.stopping(runner, ending == blank ? second : ending), [.save])
        case (.stopping(_, let ending), .graceEnded), (.stopping(_, let ending), .recoveredAlive):
            return (.killing(ending, runnerIsGone: false), [.save, .killAll])
        case (.stopping(_, let ending), .recoveredGone), (.killing(let ending, _), .recoveredGone):
            return (.killing(ending, runnerIsGone: true), [.save, .killAll, .watchGroup])

        case (.killing(var ending, runnerIsGone: false), .exitedZero):
            ending.exitStatus = 0
            return (.killing(ending, runnerIsGone: true), [.watchGroup])
        case (.killing(var ending, runnerIsGone: false), .killed):
            ending.exitStatus = 137
            return (.killing(ending, runnerIsGone: true), [.watchGroup])
        case (.killing, .terminateAtOnce), (.killing, .terminateWithGrace): return (state, [.save])
        case (.killing(let ending, runnerIsGone: true), .groupEmptied):
            return (.terminated(ending), [.save, .publish, .answerTermination])
        case (.killing(let ending, _), .recoveredAlive):
            return (.killing(ending, runnerIsGone: false), [.save, .killAll])

        case (.terminated(blank), .terminateAtOnce), (.terminated(blank), .terminateWithGrace):
            return (.terminated(second), [.save, .publish, .answerTermination])
        case (.terminated, .terminateAtOnce), (.terminated, .terminateWithGrace):
            return (state, [.answerTermination])

        // What comes too late, or twice, changes nothing.
        case (.pending, .exitedZero), (.pending, .killed), (.pending, .graceEnded), (.pending, .groupEmptied),
            (.running, .started), (.running, .startFailed), (.running, .graceEnded), (.running, .groupEmptied),
            (.running, .recoveredAlive),
            (.stopping, .started), (.stopping, .startFailed), (.stopping, .groupEmptied),
            (.killing, .started), (.killing, .startFailed), (.killing, .graceEnded),
            (.killing(_, runnerIsGone: true), .exitedZero), (.killing(_, runnerIsGone: true), .killed),
            (.killing(_, runnerIsGone: false), .groupEmptied),
            (.terminated, .started), (.terminated, .startFailed), (.terminated, .exitedZero), (.terminated, .killed),
            (.terminated, .graceEnded), (.terminated, .groupEmptied), (.terminated, .recoveredAlive),
            (.terminated, .recoveredGone):
            return (state, [])
        }
    }

    @Test(arguments: states, Event.allCases)
    func event_inState(_ state: TaskMachine.State, _ event: Event) {
        var machine = TaskMachine(state)
        let actions = Self.apply(event, &machine)
        let (newState, newActions) = Self.expected(state, event)
        #expect(machine.state == newState)
        #expect(actions == newActions)
    }

    @Test(arguments: states, Event.allCases)
    func record_ofEveryState_bringsItBack(_ state: TaskMachine.State, _ event: Event) {
        var machine = TaskMachine(state)
        _ = Self.apply(event, &machine)
        var record = TaskRecord(
            id: "a", name: "a", phase: .pending, mark: "t-1", address: "127.64.0.1", port: 10999, group: .marked,
            kernelBoot: "b")
        record.update(from: machine)
        switch machine.state {
        case .killing(let ending, _):
            // Whether its runner was gone is found out again.
            #expect(record.machine.state == .killing(ending, runnerIsGone: false))
        case .pending, .running, .stopping, .terminated:
            #expect(record.machine == machine)
        }
    }
}
