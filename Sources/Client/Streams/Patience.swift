/// How often a stream's connection, or a request, is tried again with nothing between, and how long is waited before.
public struct Patience: Sendable {
    /// Failures in a row that are borne.
    public var attempts = 8
    /// The wait between two looks at a server that only answers and never pushes.
    var look = Duration.seconds(2)
    /// The wait after the n-th failure in a row.
    var delay: @Sendable (_ failures: Int) -> Duration = { .milliseconds(min(100 << min($0, 8), 5000)) }

    public init(attempts: Int = 8) {
        self.attempts = attempts
    }

    init(attempts: Int, look: Duration, delay: @escaping @Sendable (_ failures: Int) -> Duration) {
        self.attempts = attempts
        self.look = look
        self.delay = delay
    }

    /// Does it, and again where the server could not be asked: it may be starting anew.
    ///
    /// - Throws: what `body` throws, at last; `CancellationError`.
    public func bear<Value>(_ body: () async throws -> Value) async throws -> Value {
        var failures = 0
        while true {
            do {
                return try await body()
            } catch let error as ClientError {
                failures += 1
                guard error.isTransient, failures <= attempts else { throw error }
            }
            try await Task.sleep(for: delay(failures))
        }
    }
}
