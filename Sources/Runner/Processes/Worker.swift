import NIOPosix
import Synchronization

/// A thread for work that blocks, started when it is first needed: most jobs upload nothing and are asked for nothing.
final class Worker: Sendable {
    private let pool = Mutex<NIOThreadPool?>(nil)

    /// Runs `body` on the thread and returns what it gives. One after the other.
    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await started().runIfActive(body)
    }

    private func started() -> NIOThreadPool {
        pool.withLock { pool in
            if let pool { return pool }
            let new = NIOThreadPool(numberOfThreads: 1)
            new.start()
            pool = new
            return new
        }
    }
}
