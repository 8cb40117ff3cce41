import OrderedCollections

/// Tells those who wait that an instance is over. Isolated by the supervisor.
///
/// It keeps nothing: who hears of an end looks at the rows again.
struct DepartureBoard {
    private var listeners: OrderedDictionary<Int, AsyncStream<Void>.Continuation> = [:]
    private var count = 0

    /// A new listener and its number.
    mutating func listen() -> (stream: AsyncStream<Void>, number: Int) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        count += 1
        listeners[count] = continuation
        return (stream, count)
    }

    /// Calls `body` when the listener goes.
    func onEnd(number: Int, _ body: @escaping @Sendable () -> Void) {
        listeners[number]?.onTermination = { _ in body() }
    }

    mutating func forget(number: Int) { listeners[number] = nil }

    func tell() {
        for continuation in listeners.values { continuation.yield() }
    }
}
