import Wire

/// A task in the keeper's hands.
struct TaskEntry {
    var record: TaskRecord
    var machine: TaskMachine
    /// The shim's count of changes when this one changed last.
    var seq = 0
    /// Who waits for the task to be terminated.
    var waiters: [CheckedContinuation<Void, Never>] = []
    /// Ends the time that the runner has to end by itself.
    var grace: LoopTimers.ID?
    /// Asks again whether the group is empty.
    var recheck: LoopTimers.ID?
    /// Watched for the end of a runner that is not our child.
    var adopted: Int32?
    /// Watched for the group becoming empty.
    var groupEvents: Int32?

    /// The task as the shim tells it.
    var wire: ShimTask { record.wire(machine.status, seq: seq) }
}
