import Wire

extension TaskMachine {
    /// The status on the wire. A task that is being ended still counts as running until nothing of it is left.
    var status: ShimTaskStatus {
        switch state {
        case .pending: .pending
        case .running, .stopping, .killing: .running
        case .terminated: .terminated
        }
    }
}
