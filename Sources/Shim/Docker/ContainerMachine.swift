/// The life of a task in a container, without its I/O.
///
///     pulling ──image is here──▶ creating ──started──▶ running ──terminate──▶ stopping
///        │                          │                    │                       │
///        └──failed, terminate───────┴────────exited──────┴───────exited──────────┤
///                                                                                ▼
///                                            terminated ◀──container is gone── removing
///
/// A value type. What a state owes (`owed`) is done, and done again by a shim that starts later, until it posts what came
/// of it: each of these requests may be repeated.
struct ContainerMachine: Equatable, Codable, Sendable {
    enum State: Equatable, Codable, Sendable {
        case pulling
        case creating(DockerImage)
        case running(Place)
        /// Asked to end, with seconds to do so.
        case stopping(Place, TaskMachine.Ending, grace: Int)
        /// The container is ended and deleted.
        case removing(TaskMachine.Ending)
        case terminated(TaskMachine.Ending)
    }

    /// Where a container's runner answers.
    struct Place: Equatable, Codable, Sendable {
        /// As the host reaches it.
        var address: String
        /// As other containers of its run reach it.
        var nodeAddress: String
        /// The runner's port, and the host's that leads to it; none where it is not published.
        var published: [Int: Int]
    }

    /// How a container ended by itself.
    struct Exit: Equatable, Sendable {
        var status: Int?
        var isOutOfMemory: Bool
        /// The last lines that it printed.
        var log: String
    }

    enum Effect: Equatable, Sendable {
        case pull
        /// Make the container and start it.
        case start(DockerImage)
        /// Report its end.
        case watch
        case stop(grace: Int)
        case remove
    }

    enum Action: Equatable, Sendable {
        /// Write the task down.
        case save
        /// Tell those who watch.
        case publish
        /// Answer who waits for the end.
        case answerTermination
    }

    private(set) var state: State

    init(_ state: State = .pulling) {
        self.state = state
    }

    // MARK: Events

    mutating func pulled(_ image: DockerImage) -> [Action] {
        switch state {
        case .pulling:
            state = .creating(image)
            return [.save, .publish]
        case .creating, .running, .stopping, .removing, .terminated:
            return []  // not owed any more
        }
    }

    mutating func started(_ place: Place) -> [Action] {
        switch state {
        case .creating:
            state = .running(place)
            return [.save, .publish]
        case .pulling, .running, .stopping, .removing, .terminated:
            return []  // not owed any more
        }
    }

    /// The image is not to be had, or the container not to be started.
    mutating func failed(reason: String, message: String) -> [Action] {
        switch state {
        case .pulling, .creating:
            state = .removing(.init(reason: reason, message: message))
            return [.save]
        case .running, .stopping, .removing, .terminated:
            return []  // not owed any more
        }
    }

    /// The container does not run any more.
    mutating func exited(_ exit: Exit, memoryLimit: Int) -> [Action] {
        switch state {
        case .running:
            state = .removing(Self.ending(exit, memoryLimit: memoryLimit))
            return [.save]
        case .stopping(_, var ending, _):
            ending.exitStatus = exit.status
            state = .removing(ending)
            return [.save]
        case .pulling, .creating, .removing, .terminated:
            return []  // not owed any more
        }
    }

    /// The host was started anew, with which every container ended, whatever status the engine tells of it.
    mutating func rebooted() -> [Action] {
        let ending = TaskMachine.Ending(
            reason: "container_exited_with_error", message: "the host rebooted while the job ran")
        switch state {
        case .running:
            state = .removing(ending)
            return [.save]
        case .stopping(_, let first, _):
            state = .removing(first)
            return [.save]
        case .pulling, .creating, .removing, .terminated:
            return []  // what they owe is done again
        }
    }

    /// The server wants the task to end.
    ///
    /// - Parameter grace: seconds until it is forced; 0 forces at once.
    mutating func terminate(reason: String, message: String, grace: Int) -> [Action] {
        let ending = TaskMachine.Ending(reason: reason, message: message)
        switch state {
        case .pulling, .creating:
            state = .removing(ending)
            return [.save]
        case .running(let place):
            state = grace > 0 ? .stopping(place, ending, grace: grace) : .removing(ending)
            return [.save]
        case .stopping(let place, let first, let before):
            let filled = first.filled(from: ending)
            state = grace > 0 ? .stopping(place, filled, grace: before) : .removing(filled)
            return [.save]
        case .removing(let first):
            state = .removing(first.filled(from: ending))
            return [.save]
        case .terminated(let first):
            let filled = first.filled(from: ending)
            guard filled != first else { return [.answerTermination] }
            state = .terminated(filled)
            return [.save, .publish, .answerTermination]
        }
    }

    /// Nothing is left of the container.
    mutating func removed() -> [Action] {
        switch state {
        case .removing(let ending):
            state = .terminated(ending)
            return [.save, .publish, .answerTermination]
        case .pulling, .creating, .running, .stopping, .terminated:
            return []  // not owed
        }
    }

    private static func ending(_ exit: Exit, memoryLimit: Int) -> TaskMachine.Ending {
        if exit.isOutOfMemory {
            let limit = memoryLimit > 0 ? " of \(memoryLimit >> 20) MiB" : ""
            return .init(
                reason: "container_exited_with_error",
                message: "the container ran out of its memory\(limit) and was killed; ask for more by `resources`",
                exitStatus: exit.status)
        }
        if exit.status == 0 { return .init(reason: "done_by_runner", message: "", exitStatus: 0) }
        let words =
            exit.status.map { "the container ended with status \($0)" }
            ?? "the container is gone: it was removed, or the Docker Engine lost it"
        return .init(
            reason: "container_exited_with_error", message: words + (exit.log.isEmpty ? "" : ":\n\(exit.log)"),
            exitStatus: exit.status)
    }

    // MARK: Reading

    /// What the state owes.
    var owed: [Effect] {
        switch state {
        case .pulling: [.pull]
        case .creating(let image): [.start(image)]
        case .running: [.watch]
        case .stopping(_, _, let grace): [.watch, .stop(grace: grace)]
        case .removing: [.remove]
        case .terminated: []
        }
    }

    var isTerminated: Bool {
        switch state {
        case .terminated: true
        case .pulling, .creating, .running, .stopping, .removing: false
        }
    }

    /// Whether it is to end and has not ended.
    var isEnding: Bool {
        switch state {
        case .stopping, .removing: true
        case .pulling, .creating, .running, .terminated: false
        }
    }

    /// Where the runner answers, while it runs.
    var place: Place? {
        switch state {
        case .running(let place), .stopping(let place, _, _): place
        case .pulling, .creating, .removing, .terminated: nil
        }
    }

    /// Why it ends or ended.
    var ending: TaskMachine.Ending? {
        switch state {
        case .stopping(_, let ending, _), .removing(let ending), .terminated(let ending): ending
        case .pulling, .creating, .running: nil
        }
    }
}
