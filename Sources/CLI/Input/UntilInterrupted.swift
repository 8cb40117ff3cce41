/// Runs work until it ends or the user presses Ctrl-C, whichever comes first.
func untilInterrupted(_ work: @escaping @Sendable () async throws -> Void) async throws {
    let interrupts = Interrupts()
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask(operation: work)
        group.addTask { try await interrupts.wait() }
        try await group.next()
        group.cancelAll()
    }
}
