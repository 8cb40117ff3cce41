import Testing

@testable import CLI

@Suite(.timeLimit(.minutes(1))) struct AttachQueueTests {
    /// Whoever waits for room when the attachment ends, or comes later, goes on: it would be waited for for ever.
    @Test func close_letsEverySenderGo() async {
        let queue = AttachQueue()
        await withTaskGroup(of: Void.self) { group in
            // More than there is room for.
            for _ in 0..<40 {
                group.addTask { await queue.send(.interrupted) }
            }
            _ = await queue.next()
            await queue.close()
            for _ in 0..<40 {
                group.addTask { await queue.send(.interrupted) }
            }
        }
    }
}
