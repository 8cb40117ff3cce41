import Wire

/// What is written down about a task, one JSON file each: enough to find its processes again after the shim was killed.
struct TaskRecord: Codable, Equatable, Sendable {
    /// The phase, as `TaskMachine.State` without its payload.
    enum Phase: String, Codable {
        case pending, running, stopping, killing, terminated
    }

    /// Layout of this file.
    var version = 1
    var id: String
    var name: String
    var phase: Phase
    /// Marks every process of the task in its environment.
    var mark: String
    /// The task's own loopback address.
    var address: String
    var port: Int
    var group: ProcessGroup
    /// The machine's boot in which the processes were started: later their numbers mean nothing.
    var kernelBoot: String
    var runner: ProcessIdentity?
    var ending: TaskMachine.Ending?

    enum CodingKeys: String, CodingKey {
        case version, id, name, phase, mark, address, port, group, runner, ending
        case kernelBoot = "kernel_boot"
    }

    /// The machine in the state that was written down. A file that contradicts itself counts as lost: `killing`.
    var machine: TaskMachine {
        let lost = TaskMachine.Ending(reason: "executor_error", message: "the task's record was incomplete")
        switch (phase, runner, ending) {
        case (.pending, _, _): return TaskMachine(.pending)
        case (.running, let runner?, _): return TaskMachine(.running(runner))
        case (.stopping, let runner?, let ending): return TaskMachine(.stopping(runner, ending ?? lost))
        case (.killing, _, let ending): return TaskMachine(.killing(ending ?? lost, runnerIsGone: false))
        case (.terminated, _, let ending): return TaskMachine(.terminated(ending ?? lost))
        case (.running, nil, _), (.stopping, nil, _): return TaskMachine(.killing(lost, runnerIsGone: false))
        }
    }

    /// Takes over the machine's state. The runner stays known while it is being killed.
    mutating func update(from machine: TaskMachine) {
        switch machine.state {
        case .pending: phase = .pending
        case .running: phase = .running
        case .stopping: phase = .stopping
        case .killing: phase = .killing
        case .terminated: phase = .terminated
        }
        runner = machine.runner ?? runner
        ending = machine.ending
    }

    /// The task as the shim tells it.
    func wire(_ status: ShimTaskStatus, seq: Int) -> ShimTask {
        let told = status == .terminated ? ending : nil
        return ShimTask(
            id: id, status: status, terminationReason: told?.reason ?? "", terminationMessage: told?.message ?? "",
            ports: [], address: address.isEmpty ? nil : address, runnerPort: address.isEmpty ? nil : port,
            runtime: "process",
            exitStatus: told?.exitStatus, seq: seq)
    }
}
