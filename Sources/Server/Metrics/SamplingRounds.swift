import Logging
import ServiceLifecycle
import Store

/// Rounds of a sampler, one each interval, until the server ends. A disk that is full skips them; now and then a round
/// is followed by the forgetting of what is old.
struct SamplingRounds {
    private static let cleanInterval = Duration.seconds(300)

    /// What is sampled, for the log.
    let what: String
    let interval: Duration
    let space: DiskSpace
    let logger: Logger

    /// - Parameters:
    ///   - round: asks once. Its errors are said, and the next round goes on.
    ///   - clean: forgets what is old.
    func run(
        round: @escaping @Sendable () async throws -> Void, clean: @escaping @Sendable () async throws -> Void
    ) async {
        await cancelWhenGracefulShutdown {
            let clock = ContinuousClock()
            var cleaned: ContinuousClock.Instant?
            var next = clock.now
            var skips = false
            while !Task.isCancelled {
                do {
                    // Said once for each time that the disk is full.
                    if space.isFull, !skips { logger.warning("\(what) are not taken until the disk has room") }
                    skips = space.isFull
                    if !skips {
                        try await round()
                        if cleaned.map({ $0.advanced(by: Self.cleanInterval) < clock.now }) ?? true {
                            try await clean()
                            cleaned = clock.now
                        }
                    }
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning("\(what) were not taken", metadata: ["error": "\(error)"])
                }
                next = max(next.advanced(by: interval), clock.now)
                do { try await clock.sleep(until: next) } catch { return }
            }
        }
    }

    /// Asks all, some at once.
    ///
    /// - Returns: the answers that came, in the order they came.
    static func ask<Question: Sendable, Answer: Sendable>(
        _ questions: [Question], atOnce: Int = 16, _ ask: @escaping @Sendable (Question) async -> Answer?
    ) async -> [Answer] {
        await withTaskGroup(of: Answer?.self) { group in
            var answers: [Answer] = []
            var waiting = questions[...]
            for question in waiting.prefix(atOnce) { group.addTask { await ask(question) } }
            waiting = waiting.dropFirst(atOnce)
            while let answer = await group.next() {
                if let answer { answers.append(answer) }
                if let question = waiting.popFirst() { group.addTask { await ask(question) } }
            }
            return answers
        }
    }
}
