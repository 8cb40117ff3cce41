import Synchronization

/// How long to wait before an agent is asked again: the shorter, the more it had to tell last.
final class PollPause: Sendable {
    private let shortest: Duration
    private let longest: Duration
    private let next = Mutex(Duration.zero)

    init(shortest: Duration = .milliseconds(200), longest: Duration = .seconds(2)) {
        self.shortest = shortest
        self.longest = longest
    }

    func wait() async throws(AgentError) {
        let time = next.withLock { $0 }
        if time == .zero { return }
        do {
            try await Task.sleep(for: time)
        } catch {
            throw .cancelled
        }
    }

    func heard(isNews: Bool) {
        next.withLock { $0 = isNews ? shortest : min(max($0 * 2, shortest), longest) }
    }
}
