import Backends
import Foundation
import SSH
import Synchronization
import Wire

/// Hosts that are what a test says: set up, refused, or waiting to be told.
final class FakeHosts: Compute, HostProvisioner {
    enum Outcome: Sendable {
        case ready
        case refused(String)
        /// Does not answer at the moment.
        case away
        /// Stays at `uploading 40%` until another outcome is given.
        case waiting
    }

    private struct State {
        var outcomes: [String: Outcome] = [:]
        var requests: [HostSetupRequest] = []
        var removed: [SSHTarget] = []
        var holdsRemovals = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// What set-up was asked for, in order.
    var requests: [HostSetupRequest] { state.withLock { $0.requests } }
    var removed: [SSHTarget] { state.withLock { $0.removed } }

    /// From now on removals wait, or those that wait go on.
    func holdRemovals(_ holds: Bool) {
        let waiters = state.withLock { state in
            state.holdsRemovals = holds
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func set(_ outcome: Outcome, for host: String) {
        let waiters = state.withLock { state in
            state.outcomes[host] = outcome
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    var provisioner: any HostProvisioner { self }

    func setUp(
        _ request: HostSetupRequest, progress: @escaping @Sendable (HostSetupStep) -> Void
    ) async throws(HostSetupError) -> HostFacts {
        state.withLock { $0.requests.append(request) }
        progress(.connecting)
        progress(.uploading(percent: 40))
        while true {
            let outcome = state.withLock { $0.outcomes[request.hostname] ?? .ready }
            switch outcome {
            case .refused(let why): throw HostSetupError(hostname: request.hostname, detail: why)
            case .away: throw HostSetupError(hostname: request.hostname, detail: "it is off", isTransient: true)
            case .waiting:
                await withCheckedContinuation { continuation in
                    // The outcome may have been given since it was looked at.
                    let isWaiting = state.withLock { state in
                        guard case .waiting? = state.outcomes[request.hostname] else { return false }
                        state.waiters.append(continuation)
                        return true
                    }
                    if !isWaiting { continuation.resume() }
                }
            case .ready:
                guard await request.touch() else {
                    throw HostSetupError(hostname: request.hostname, detail: "it is not wanted any more")
                }
                return HostFacts(
                    resources: Resources(
                        cpus: 8, memoryMib: 32_768, gpus: [], spot: false, disk: Disk(sizeMib: 204_800)),
                    internalIP: "10.0.0.1", shimPort: 10_998)
            }
        }
    }

    func remove(_ request: HostRemovalRequest) async throws(HostSetupError) {
        await withCheckedContinuation { continuation in
            let isHeld = state.withLock { state in
                if state.holdsRemovals { state.waiters.append(continuation) }
                return state.holdsRemovals
            }
            if !isHeld { continuation.resume() }
        }
        state.withLock { $0.removed.append(request.target) }
    }

    func link(instanceID: String, to address: HostAddress) async -> any HostLink { Link() }

    private struct Link: HostLink, ShimClient {
        var shim: any ShimClient { self }
        func runner(host: String, port: Int) -> any RunnerClient {
            NIORunnerClient(address: .tcp(ip: host, port: port))
        }
        func revive() async throws {}
        func submit(_ request: ShimTaskRequest) async throws(AgentError) -> ShimTask { throw .unreachable("no shim") }
        func task(id: String) async throws(AgentError) -> ShimTask? { nil }
        func terminate(id: String, reason: String, message: String, grace: Int) async throws(AgentError) {}
        func remove(id: String) async throws(AgentError) {}
        func watch() async throws(AgentError) -> any ShimWatch { Watch() }
    }

    /// An empty list, and then nothing until it is cancelled.
    private actor Watch: ShimWatch {
        private var isTold = false

        func next() async throws(AgentError) -> ShimNotice? {
            if !isTold {
                isTold = true
                return .snapshot(bootID: "1", tasks: [])
            }
            do {
                try await Task.sleep(for: .seconds(3600))
            } catch {
                throw .cancelled
            }
            return nil
        }

        func close() async {}
    }
}
