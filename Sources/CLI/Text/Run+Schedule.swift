import Wire

extension Wire.Run {
    /// When a run that waits for its schedule is started; nil of one that does not.
    var nextStart: Timestamp? {
        // A run that is retried says so, and waits for something else.
        let isPlain = statusMessage.isEmpty || statusMessage == status.rawValue
        return status == .pending && isPlain ? nextTriggeredAt : nil
    }

    /// How many jobs a replica has, also before the first are submitted.
    var jobCount: Int {
        if !jobs.isEmpty { return jobs.count }
        guard case .task(let task) = runSpec.configuration else { return 1 }
        return task.groups.map { $0.reduce(0) { $0 + $1.nodes } } ?? task.nodes ?? 1
    }
}
