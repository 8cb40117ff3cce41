import Wire

extension ShimTask {
    /// The task with where its runner answers, which dstack's own shim leaves to be known: on the host's loopback, by
    /// the port that leads into the container or, with the host's network, by the runner's own.
    func located() -> ShimTask {
        guard status == .running, address == nil, let ports else { return self }
        var task = self
        task.address = "127.0.0.1"
        task.runnerPort = ports.first { $0.container == Self.officialRunnerPort }?.host ?? Self.officialRunnerPort
        return task
    }

    private static let officialRunnerPort = 10999
}
