/// The life of one task, without its I/O.
///
///     pending ──started──▶ running ──terminate──▶ stopping ──grace over──▶ killing ──nothing left──▶ terminated
///        │                   └──terminate at once, runner exited──────────▶  ▲
///        └──start failed──▶ terminated            └──runner exited───────────┘
///
/// A value type: each event changes the state and says what is to be done about it.
struct TaskMachine: Equatable {
    enum State: Equatable {
        /// The task is written down; its runner may or may not have been started.
        case pending
        case running(ProcessIdentity)
        /// Asked to end, with time to do so.
        case stopping(ProcessIdentity, Ending)
        /// Everything of the task was sent SIGKILL.
        case killing(Ending, runnerIsGone: Bool)
        case terminated(Ending)
    }

    /// Why and how a task ended.
    struct Ending: Equatable, Codable, Sendable {
        /// A job termination reason on the wire; may be empty where the server gave none.
        var reason: String
        var message: String
        /// Exit status of the runner, 128 + n after signal n; nil while or where unknown.
        var exitStatus: Int?
    }

    enum Action: Equatable {
        /// Write the task down.
        case save
        /// Tell those who watch.
        case publish
        /// SIGTERM to the runner.
        case askToEnd(ProcessIdentity)
        case startGrace(seconds: Int)
        case endGrace
        /// SIGKILL to everything that belongs to the task.
        case killAll
        /// Report `groupEmptied` once nothing of the task runs.
        case watchGroup
        /// Answer who waits for the end.
        case answerTermination
    }

    private(set) var state: State

    init(_ state: State = .pending) {
        self.state = state
    }

    // MARK: Events

    /// The runner runs.
    mutating func started(_ runner: ProcessIdentity) -> [Action] {
        switch state {
        case .pending:
            state = .running(runner)
            return [.save, .publish]
        case .running, .stopping, .killing, .terminated:
            return []  // started once only, by the event that made the task
        }
    }

    /// The runner could not be started.
    mutating func startFailed(reason: String, message: String) -> [Action] {
        switch state {
        case .pending:
            state = .terminated(Ending(reason: reason, message: message))
            return [.save, .publish, .answerTermination]
        case .running, .stopping, .killing, .terminated:
            return []  // as above
        }
    }

    /// The runner's process is gone.
    ///
    /// - Parameter log: the last lines it wrote, empty where it wrote nothing.
    mutating func runnerExited(_ status: ExitStatus, log: String) -> [Action] {
        switch state {
        case .running:
            let words = "the runner \(status.words)" + (log.isEmpty ? "" : ":\n\(log)")
            let ending =
                status == .exited(0)
                ? Ending(reason: "done_by_runner", message: "", exitStatus: 0)
                : Ending(reason: "executor_error", message: words, exitStatus: status.code)
            state = .killing(ending, runnerIsGone: true)
            return [.save, .killAll, .watchGroup]
        case .stopping(_, var ending):
            ending.exitStatus = status.code
            state = .killing(ending, runnerIsGone: true)
            return [.save, .endGrace, .killAll, .watchGroup]
        case .killing(var ending, runnerIsGone: false):
            ending.exitStatus = status.code
            state = .killing(ending, runnerIsGone: true)
            return [.watchGroup]
        case .pending, .killing(_, runnerIsGone: true), .terminated:
            return []  // an exit is told once, of a runner that was started
        }
    }

    /// The server wants the task to end.
    ///
    /// - Parameter grace: seconds until it is forced; 0 forces at once.
    mutating func terminate(reason: String, message: String, grace: Int) -> [Action] {
        let ending = Ending(reason: reason, message: message)
        switch state {
        case .pending:
            // Only after a restart: what was started before is not known, so everything marked is killed.
            state = .killing(ending, runnerIsGone: true)
            return [.save, .killAll, .watchGroup]
        case .running(let runner) where grace > 0:
            state = .stopping(runner, ending)
            return [.save, .askToEnd(runner), .startGrace(seconds: grace)]
        case .running:
            state = .killing(ending, runnerIsGone: false)
            return [.save, .killAll]
        case .stopping(let runner, let first) where grace > 0:
            state = .stopping(runner, first.filled(from: ending))
            return [.save]
        case .stopping(_, let first):
            state = .killing(first.filled(from: ending), runnerIsGone: false)
            return [.save, .endGrace, .killAll]
        case .killing(let first, let runnerIsGone):
            state = .killing(first.filled(from: ending), runnerIsGone: runnerIsGone)
            return [.save]
        case .terminated(let first):
            let filled = first.filled(from: ending)
            guard filled != first else { return [.answerTermination] }
            state = .terminated(filled)
            return [.save, .publish, .answerTermination]
        }
    }

    /// The time that the runner had to end by itself is over.
    mutating func graceEnded() -> [Action] {
        switch state {
        case .stopping(_, let ending):
            state = .killing(ending, runnerIsGone: false)
            return [.save, .killAll]
        case .pending, .running, .killing, .terminated:
            return []  // the timer's message was under way when the runner ended or was killed
        }
    }

    /// Nothing that belongs to the task runs any more.
    mutating func groupEmptied() -> [Action] {
        switch state {
        case .killing(let ending, runnerIsGone: true):
            state = .terminated(ending)
            return [.save, .publish, .answerTermination]
        case .pending, .running, .stopping, .killing(_, runnerIsGone: false), .terminated:
            return []  // the group is watched only once the runner is gone; a second report says nothing new
        }
    }

    /// The shim was started again and looked for the runner.
    ///
    /// - Parameter runner: what was found; nil where it does not run.
    mutating func recovered(_ runner: ProcessIdentity?) -> [Action] {
        let lost = Ending(reason: "executor_error", message: "the runner ended while the shim was not running")
        switch (state, runner) {
        case (.pending, let runner?):
            state = .running(runner)
            return [.save]
        case (.running, _?):
            return []
        case (.pending, nil):
            let message = "the shim was stopped before it had started the runner"
            state = .killing(Ending(reason: "executor_error", message: message), runnerIsGone: true)
            return [.save, .killAll, .watchGroup]
        case (.running, nil):
            state = .killing(lost, runnerIsGone: true)
            return [.save, .killAll, .watchGroup]
        case (.stopping(_, let ending), _), (.killing(let ending, _), _):
            // Its grace was running when the shim ended, so it is over.
            state = .killing(ending, runnerIsGone: runner == nil)
            return runner == nil ? [.save, .killAll, .watchGroup] : [.save, .killAll]
        case (.terminated, _):
            return []
        }
    }

    // MARK: Reading

    /// Whether the task may be removed.
    var isTerminated: Bool {
        switch state {
        case .terminated: true
        case .pending, .running, .stopping, .killing: false
        }
    }

    /// The runner's process, while it is known to run.
    var runner: ProcessIdentity? {
        switch state {
        case .running(let runner), .stopping(let runner, _): runner
        case .pending, .killing, .terminated: nil
        }
    }

    /// Why it ends or ended.
    var ending: Ending? {
        switch state {
        case .stopping(_, let ending), .killing(let ending, _), .terminated(let ending): ending
        case .pending, .running: nil
        }
    }
}

extension TaskMachine.Ending {
    /// The first reason stays; what it left empty is filled.
    func filled(from later: TaskMachine.Ending) -> TaskMachine.Ending {
        guard reason.isEmpty else { return self }
        return TaskMachine.Ending(reason: later.reason, message: later.message, exitStatus: exitStatus)
    }
}
