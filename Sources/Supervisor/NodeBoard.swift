import JobActors
import OrderedCollections

/// Where the nodes of a run tell one another what they need to know. Isolated by the supervisor.
///
/// It keeps nothing: what was told stands in the rows, and who listens reads those first.
struct NodeBoard {
    /// More than a run's nodes ever tell while one of them waits.
    private static let limit = 4096

    private var listeners: [String: OrderedDictionary<Int, AsyncStream<NodeNews>.Continuation>] = [:]
    private var count = 0

    /// A new listener to a run's nodes and its number.
    mutating func listen(runID: String) -> (stream: AsyncStream<NodeNews>, number: Int) {
        let (stream, continuation) = AsyncStream.makeStream(
            of: NodeNews.self, bufferingPolicy: .bufferingNewest(Self.limit))
        count += 1
        listeners[runID, default: [:]][count] = continuation
        return (stream, count)
    }

    /// Calls `body` when the listener goes.
    func onEnd(runID: String, number: Int, _ body: @escaping @Sendable () -> Void) {
        listeners[runID]?[number]?.onTermination = { _ in body() }
    }

    mutating func forget(runID: String, number: Int) {
        listeners[runID]?[number] = nil
        if listeners[runID]?.isEmpty == true { listeners[runID] = nil }
    }

    func tell(_ news: NodeNews, runID: String) {
        guard let all = listeners[runID] else { return }
        for continuation in all.values { continuation.yield(news) }
    }
}
