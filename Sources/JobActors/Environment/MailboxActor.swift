/// What the actors of rows have in common: one loop over their mailbox, one letter to its end before the next.
protocol MailboxActor: EngineActor {
    associatedtype Letter: Sendable
    associatedtype Effect: Hashable & Sendable

    nonisolated var environment: Environment { get }
    var mailbox: Mailbox<Letter> { get set }
    var effects: EffectSet<Effect> { get set }
    /// Whether the row needs nobody any more, once its mailbox is empty.
    var isFinished: Bool { get }

    /// Starts what the state owes, and puts the first letter.
    func begin() async
    /// Takes one letter to its end.
    func handle(_ letter: Letter) async throws
}

extension MailboxActor {
    /// Takes letters until the row is finished, or the task is cancelled. No effect outlives it.
    ///
    /// - Throws: what a letter met, or `CancellationError`.
    func takeLetters() async throws {
        defer { mailbox.close() }
        do {
            try await withTaskCancellationHandler {
                await begin()
                while let letter = await next() {
                    try Task.checkCancellation()
                    try await handle(letter)
                    if isFinished, mailbox.count == 0 {
                        // Closed in the same step: a later wake is told that nobody listens.
                        mailbox.close()
                        break
                    }
                }
                try Task.checkCancellation()
            } onCancel: {
                Task(executorPreference: environment.executor) { await self.close() }
            }
            await endEffects()
        } catch {
            await endEffects()
            throw error
        }
    }

    private func close() { mailbox.close() }

    private func next() async -> Letter? {
        if let letter = mailbox.take() { return letter }
        return await withCheckedContinuation { mailbox.park($0) }
    }

    private func endEffects() async {
        for task in effects.cancelAll() { await task.value }
    }
}
