import Synchronization

/// Lets few log in to one server at a time.
///
/// An sshd closes connections without a word while more than ten are not logged in (`MaxStartups`), and a jump host is
/// logged in to once for each host behind it. One that is logged in takes no place any more.
final class LoginQueue: Sendable {
    /// Fewer than the ten of OpenSSH: a server notices the end of a login a moment after we do, and others log in too.
    static let usualLimit = 8

    private struct State {
        var line: LoginLine
        var lastNumber: UInt = 0
        var waiting: [UInt: CheckedContinuation<Bool, Never>] = [:]
    }

    private let state: Mutex<State>

    init(limit: Int = usualLimit) {
        state = Mutex(State(line: LoginLine(limit: limit)))
    }

    /// Whether nobody logs in to anything.
    var isEmpty: Bool { state.withLock { $0.line.isEmpty } }

    /// Runs `body` in its turn.
    ///
    /// - Parameters:
    ///   - route: the way to the server, see `SSHTarget.route`.
    ///   - host: for the error.
    ///   - time: for the wait alone. A login that hangs gives its place back when its own time is up.
    func turn<Value: Sendable>(
        at route: String, for host: String, within time: Duration, _ body: () async throws(SSHError) -> Value
    ) async throws(SSHError) -> Value {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        guard await wait(number, route, time) else {
            if Task.isCancelled { throw SSHError(.cancelled, host: host, detail: "the operation was cancelled") }
            throw SSHError(
                .timedOut, host: host,
                detail: "other logins to it were under way for \(time), and this one did not get its turn")
        }
        defer { leave(route) }
        return try await body()
    }

    /// Runs `body` in its turn at every server on a way, for who logs in to all of them at once.
    ///
    /// - Parameter routes: each one longer than the one before. So nobody waits for a server while it has its turn at one
    ///   behind that, and no two wait for each other.
    func turns<Value: Sendable>(
        at routes: ArraySlice<String>, for host: String, within time: Duration,
        _ body: () async throws(SSHError) -> Value
    ) async throws(SSHError) -> Value {
        guard let first = routes.first else { return try await body() }
        return try await turn(at: first, for: host, within: time) { () async throws(SSHError) -> Value in
            try await turns(at: routes.dropFirst(), for: host, within: time, body)
        }
    }

    // MARK: Waiting

    /// - Returns: whether its turn has come.
    private func wait(_ number: UInt, _ route: String, _ time: Duration) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { await self.called(number, route) }
            group.addTask {
                // Cancelled with the group.
                try? await Task.sleep(for: time)
                return false
            }
            var isIn = await group.next() ?? false
            group.cancelAll()
            // 1. The time is up. 2. The turn comes. 3. The wait is given up: too late, the place is taken.
            for await other in group where other { isIn = true }
            return isIn
        }
    }

    private func called(_ number: UInt, _ route: String) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isIn = state.withLock { state in
                    if state.line.enter(number, at: route) { return true }
                    state.waiting[number] = continuation
                    return false
                }
                if isIn { return continuation.resume(returning: true) }
                // The handler below may have run before there was anything to give up.
                if Task.isCancelled { giveUp(number, route) }
            }
        } onCancel: {
            giveUp(number, route)
        }
    }

    private func giveUp(_ number: UInt, _ route: String) {
        let left = state.withLock { state in
            state.line.giveUp(number, at: route) ? state.waiting.removeValue(forKey: number) : nil
        }
        left?.resume(returning: false)
    }

    private func leave(_ route: String) {
        let next = state.withLock { state in
            state.line.leave(route).flatMap { state.waiting.removeValue(forKey: $0) }
        }
        next?.resume(returning: true)
    }
}
