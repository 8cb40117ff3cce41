import AgentClient
import SSH

/// A session to a host, as `HostConnection` uses it.
public protocol HostSession: AnyObject, Sendable {
    /// Opens a connection from the host to a port that it reaches; a connected socket, the caller's to close. It has a
    /// time limit of its own.
    func socket(to ip: String, port: Int) async throws(SSHError) -> CInt

    /// Returns when the session has ended.
    func ended() async

    func close() async
}

/// The one SSH session to a host, shared by all who work on it: opened when it is first needed, and again after it broke.
///
/// Whoever asks while a session is being opened waits for that one. After a failure the next attempt waits a while, and
/// who asks meanwhile hears of the failure: a host with a hundred jobs is not asked a hundred times.
public actor HostConnection: AgentRoute {
    /// Between two attempts where the host refuses us.
    private static let refusalPause = Duration.seconds(30)

    public nonisolated let name: String
    private let open: @Sendable () async throws(SSHError) -> any HostSession
    private let clock: any Clock<Duration>
    private let first: Duration
    private let limit: Duration
    private var state = State.closed
    private var failures = 0
    private var isOver = false

    private enum State {
        case closed
        case opening(Task<any HostSession, any Error>)
        case open(any HostSession)
        case failed(SSHError, since: Task<Void, Never>)
    }

    /// - Parameters:
    ///   - name: what the host is called in errors.
    ///   - first: the wait after a first failure; each further one doubles it, up to `limit`.
    ///   - open: logs in.
    public init(
        name: String, clock: any Clock<Duration> = ContinuousClock(), first: Duration = .milliseconds(50),
        limit: Duration = .seconds(2), open: @escaping @Sendable () async throws(SSHError) -> any HostSession
    ) {
        self.name = name
        self.clock = clock
        self.first = first
        self.limit = limit
        self.open = open
    }

    /// - Throws: `SSHError`; `CancellationError` where the task is cancelled.
    public func connect(ip: String, port: Int) async throws -> CInt {
        let session = try await session()
        try Task.checkCancellation()
        do {
            return try await session.socket(to: ip, port: port)
        } catch {
            // 1. The session broke. 2. We asked it before we heard of that. 3. A new one may do it at once.
            guard error.code == .connectionLost, !isOver else { throw error }
            ended(session)
            return try await self.session().socket(to: ip, port: port)
        }
    }

    /// Ends the session; nothing can be asked for from then on.
    public func close() async {
        isOver = true
        let state = state
        self.state = .closed
        switch state {
        case .open(let session): await session.close()
        case .opening(let task): task.cancel()
        case .failed(_, let wait): wait.cancel()
        case .closed: break
        }
    }

    private func session() async throws -> any HostSession {
        switch state {
        case .open(let session): return session
        case .opening(let task): return try await value(of: task)
        case .failed(let error, _): throw error
        case .closed:
            if isOver { throw SSHError(.cancelled, host: name, detail: "the connection was closed") }
            let task = Task { [self, open] in
                do throws(SSHError) {
                    let session = try await open()
                    return try await opened(session)
                } catch {
                    failed(error)
                    throw error
                }
            }
            state = .opening(task)
            return try await value(of: task)
        }
    }

    /// A caller that is cancelled leaves; the session is opened all the same, for the others.
    private nonisolated func value(of task: Task<any HostSession, any Error>) async throws -> any HostSession {
        let (stream, waiting) = AsyncStream<Result<any HostSession, any Error>>.makeStream()
        Task { waiting.yield(await task.result) }
        for await result in stream { return try result.get() }
        throw CancellationError()
    }

    private func opened(_ session: any HostSession) async throws(SSHError) -> any HostSession {
        if isOver {
            await session.close()
            throw SSHError(.cancelled, host: name, detail: "the connection was closed")
        }
        failures = 0
        state = .open(session)
        Task { [weak self] in
            await session.ended()
            await self?.ended(session)
        }
        return session
    }

    private func failed(_ error: SSHError) {
        if isOver { return }
        // What does not pass by itself is not asked for again and again: hosts keep such clients out.
        let wait = error.isTransient ? min(first * (1 << min(failures, 16)), limit) : Self.refusalPause
        failures += 1
        state = .failed(
            error,
            since: Task { [weak self, clock] in
                try? await clock.sleep(for: wait)
                await self?.waited()
            })
    }

    private func waited() {
        if case .failed = state { state = .closed }
    }

    /// Forgets a session, unless another one has taken its place.
    private func ended(_ session: any HostSession) {
        if case .open(let current) = state, current === session { state = .closed }
    }
}
