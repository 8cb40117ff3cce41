extension Runs {
    /// Calls `look` whenever something in the project may have changed: with each transition where the server pushes
    /// them (many at once are one call), else every `interval`, as dstack's own server has to be asked.
    ///
    /// Begins after a first look of the caller's own. Goes on until `look` or the connection throws.
    ///
    /// - Parameter look: is told whether the server pushes; gives the time after which it is to be called at the latest,
    ///   as where it saw something that goes on without a transition, and `nil` where there is nothing of the kind.
    public func onChange(
        every interval: Duration = .seconds(2), _ look: (_ isPushed: Bool) async throws -> Duration?
    ) async throws {
        let (changes, changed) = AsyncThrowingStream<Bool, any Error>.makeStream(bufferingPolicy: .bufferingNewest(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await tellChanges(every: interval) { changed.yield($0) }
                    changed.finish()
                } catch {
                    changed.finish(throwing: error)
                }
            }
            defer {
                group.cancelAll()
            }
            var reminder: Task<Void, any Error>?
            defer {
                reminder?.cancel()
            }
            for try await isPushed in changes {
                let pause = try await look(isPushed)
                reminder?.cancel()
                reminder = pause.map { pause in
                    Task {
                        try await Task.sleep(for: pause)
                        changed.yield(isPushed)
                    }
                }
            }
        }
    }

    private func tellChanges(every interval: Duration, _ tell: @escaping @Sendable (_ isPushed: Bool) -> Void)
        async throws
    {
        do {
            // What happened between the caller's look and the connection is not told: the connection counts as well.
            for try await _ in transitions(since: TransitionStream.now).onConnect({ tell(true) }) {
                tell(true)
            }
        } catch let error as ClientError {
            guard error.isMissingEndpoint else {
                throw error
            }
            while true {
                try await Task.sleep(for: interval)
                tell(false)
            }
        }
    }
}
