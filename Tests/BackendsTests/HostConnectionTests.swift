import SSH
import Synchronization
import Testing

@testable import Backends

@Suite(.timeLimit(.minutes(1)))
struct HostConnectionTests {
    @Test func manyWhoAsk_shareOneSession() async throws {
        let host = FakeHost()
        let connection = host.connection()
        try await withThrowingTaskGroup(of: CInt.self) { group in
            for port in 1...50 { group.addTask { try await connection.connect(ip: "127.0.0.1", port: port) } }
            for try await socket in group { #expect(socket >= 1) }
        }
        #expect(host.sessions.withLock { $0.count } == 1)
    }

    @Test func aSessionThatEnded_isOpenedAgain() async throws {
        let host = FakeHost()
        let connection = host.connection()
        _ = try await connection.connect(ip: "127.0.0.1", port: 1)
        host.sessions.withLock { $0[0] }.end()
        #expect(try await connection.connect(ip: "127.0.0.1", port: 2) == 2)
        #expect(host.sessions.withLock { $0.count } == 2)
    }

    @Test func aRefusedChannel_leavesTheSessionAlone() async throws {
        let host = FakeHost()
        let connection = host.connection()
        let error = await #expect(throws: SSHError.self) { try await connection.connect(ip: "127.0.0.1", port: 0) }
        #expect(error?.code == .channelRefused)
        #expect(try await connection.connect(ip: "127.0.0.1", port: 2) == 2)
        #expect(host.sessions.withLock { $0.count } == 1)
    }

    /// A shim that is away is started. Where the server forwards nothing, or this machine has no files left, the shim may
    /// run: nothing is started, and who asks hears why.
    @Test func revivingAHost_startsItsShim_onlyWhereNothingListens() async throws {
        let started = Mutex(0)
        for code in [SSHError.Code.channelRefused, .forwardingRefused, .localFailure] {
            let host = FakeHost()
            host.refusal.withLock { $0 = code }
            let link = SSHHostLink(connection: host.connection(), shimPort: 0, loops: .shared) {
                started.withLock { $0 += 1 }
            }
            if code == .channelRefused {
                try await link.revive()
            } else {
                let error = await #expect(throws: SSHError.self) { try await link.revive() }
                #expect(error?.code == code)
            }
            #expect(started.withLock { $0 } == 1)
            await link.close()
        }
    }

    @Test func afterAFailure_whoAsksMeanwhile_hearsOfIt_andTheNextAttemptIsMade() async throws {
        let host = FakeHost()
        let clock = StepClock()
        let connection = host.connection(clock)
        host.failures.withLock { $0 = 1 }
        for _ in 0..<3 {
            let error = await #expect(throws: SSHError.self) { try await connection.connect(ip: "::1", port: 1) }
            #expect(error?.code == .connectFailed)
        }
        #expect(host.attempts.withLock { $0 } == 1)
        await clock.wake()
        while (try? await connection.connect(ip: "::1", port: 1)) == nil { await Task.yield() }
        #expect(host.attempts.withLock { $0 } == 2)
    }

    @Test func whoIsCancelled_leaves_andTheOthersGetTheSession() async throws {
        let host = FakeHost()
        let connection = host.connection()
        let gate = AsyncStream<Void>.makeStream()
        host.gate.withLock { $0 = gate.stream }
        let leaver = Task { try await connection.connect(ip: "::1", port: 1) }
        let stayer = Task { try await connection.connect(ip: "::1", port: 2) }
        while host.attempts.withLock({ $0 }) == 0 { await Task.yield() }
        leaver.cancel()
        await #expect(throws: CancellationError.self) { try await leaver.value }
        gate.continuation.finish()
        #expect(try await stayer.value == 2)
    }

    @Test func afterClose_nothingIsOpened() async throws {
        let host = FakeHost()
        let connection = host.connection()
        _ = try await connection.connect(ip: "::1", port: 1)
        await connection.close()
        #expect(host.sessions.withLock { $0[0] }.isEnded)
        await #expect(throws: SSHError.self) { try await connection.connect(ip: "::1", port: 1) }
        #expect(host.attempts.withLock { $0 } == 1)
    }
}

/// A host that opens sessions of nothing.
private final class FakeHost: Sendable {
    let sessions = Mutex<[FakeSession]>([])
    let attempts = Mutex(0)
    /// How many attempts are still to fail.
    let failures = Mutex(0)
    let gate = Mutex<AsyncStream<Void>?>(nil)
    /// What port 0 is refused with.
    let refusal = Mutex(SSHError.Code.channelRefused)

    func connection(_ clock: any Clock<Duration> = ContinuousClock()) -> HostConnection {
        HostConnection(name: "host", clock: clock) { () async throws(SSHError) in
            self.attempts.withLock { $0 += 1 }
            if let gate = self.gate.withLock({ $0 }) { for await _ in gate {} }
            let fails = self.failures.withLock { left in
                defer { left = max(0, left - 1) }
                return left > 0
            }
            if fails { throw SSHError(.connectFailed, host: "host", detail: "nobody answers") }
            let session = FakeSession(refusal: self.refusal.withLock { $0 })
            self.sessions.withLock { $0.append(session) }
            return session
        }
    }
}

/// Gives the port for a socket; port 0 is refused.
private final class FakeSession: HostSession {
    private let over = AsyncStream<Void>.makeStream()
    private let state = Mutex(false)
    private let refusal: SSHError.Code

    init(refusal: SSHError.Code) { self.refusal = refusal }

    var isEnded: Bool { state.withLock { $0 } }

    func socket(to ip: String, port: Int) async throws(SSHError) -> CInt {
        if isEnded { throw SSHError(.connectionLost, host: "host", detail: "it broke") }
        if port == 0 { throw SSHError(refusal, host: "host", detail: "no") }
        return CInt(port)
    }

    func end() {
        state.withLock { $0 = true }
        over.continuation.finish()
    }

    func ended() async { for await _ in over.stream {} }

    func close() async { end() }
}

/// A clock whose sleepers wait until they are woken.
private final class StepClock: Clock {
    typealias Instant = ContinuousClock.Instant

    private let sleepers = Mutex<[CheckedContinuation<Void, Never>]>([])

    var now: Instant { ContinuousClock.now }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        await withCheckedContinuation { continuation in sleepers.withLock { $0.append(continuation) } }
    }

    /// Wakes the first who sleeps, once there is one.
    func wake() async {
        while true {
            if let sleeper = sleepers.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return sleeper.resume() }
            await Task.yield()
        }
    }
}
