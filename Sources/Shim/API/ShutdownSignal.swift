/// Says once that the shim is to leave. The tasks stay.
struct ShutdownSignal: Sendable {
    private let stream: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    func fire(_ why: String) {
        continuation.yield(why)
    }

    /// Why it is to leave. Waited for by one task.
    func wait() async -> String {
        for await why in stream { return why }
        return "cancelled"
    }
}
