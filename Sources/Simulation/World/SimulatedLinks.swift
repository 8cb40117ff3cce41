import Backends
import Wire

/// The network between one life of the server and the hosts: slow, lossy, repeating itself, as the plan says.
struct SimulatedNetwork: Compute {
    let hosts: [SimulatedHost]
    let world: WorldHandles
    /// Whether the life that this network belongs to goes on.
    let isAlive: @Sendable () -> Bool
    /// How a host takes to being set up this time.
    let temper: @Sendable (SimulatedHost) -> HostTemper

    var provisioner: any HostProvisioner { SimulatedProvisioner(network: self) }

    func link(instanceID: String, to address: HostAddress) async -> any HostLink {
        let hostname =
            switch address {
            case .local(let hostname): hostname
            case .host(let target, _): target.hop.host
            }
        guard let host = hosts.first(where: { $0.name == hostname }) else { return DeadLink() }
        return SimulatedLink(host: host, network: self)
    }

    /// One request: its way there, its effect, its way back.
    func request<Value: Sendable>(
        to host: SimulatedHost, _ effect: @escaping @Sendable () async throws(AgentError) -> Value
    ) async throws(AgentError) -> Value {
        let dice = world.dice
        guard isAlive() else { throw .unreachable("the server crashed") }
        if await !world.wait(dice.milliseconds(0...world.plan.slowest)) {
            // The caller gave up; what it sent may arrive all the same.
            if dice.chance(1, in: 2) { later(effect) }
            throw .cancelled
        }
        if dice.chance(world.plan.lostRequests, in: 1000) { throw .unreachable("the request was lost") }
        if host.isCut { throw .unreachable("the line is cut") }
        if host.instanceID == nil { throw .unreachable("no shim listens") }
        let value = try await effect()
        if dice.chance(world.plan.doubledRequests, in: 1000) { later(effect) }
        if await !world.wait(dice.milliseconds(0...world.plan.slowest)) { throw .cancelled }
        guard isAlive() else { throw .unreachable("the server crashed") }
        if host.isCut { throw .timedOut("the line was cut") }
        if dice.chance(world.plan.lostAnswers, in: 1000) { throw .timedOut("the answer was lost") }
        return value
    }

    private func later<Value: Sendable>(_ effect: @escaping @Sendable () async throws(AgentError) -> Value) {
        world.start {
            await world.wait(world.dice.milliseconds(1...5000))
            // Nobody waits for this answer.
            _ = try? await effect()
        }
    }
}

/// The link to a host that is not there.
private struct DeadLink: HostLink {
    var shim: any ShimClient { DeadShim() }
    func runner(host: String, port: Int) -> any RunnerClient { DeadRunner() }
    func revive() async throws {}
}

struct SimulatedLink: HostLink, ShimClient {
    let host: SimulatedHost
    let network: SimulatedNetwork

    var shim: any ShimClient { self }

    func runner(host address: String, port: Int) -> any RunnerClient {
        guard let runner = host.runner(host: address) else { return DeadRunner() }
        return SimulatedRunnerLink(runner: runner, host: host, network: network)
    }

    func revive() async throws {}

    func submit(_ request: ShimTaskRequest) async throws(AgentError) -> ShimTask {
        try await network.request(to: host) { () throws(AgentError) in try host.submit(request) }
    }

    func task(id: String) async throws(AgentError) -> ShimTask? {
        try await network.request(to: host) { () throws(AgentError) in host.task(id: id) }
    }

    func terminate(id: String, reason: String, message: String, grace: Int) async throws(AgentError) {
        try await network.request(to: host) { () async throws(AgentError) in
            await host.terminate(id: id, reason: reason, message: message)
        }
    }

    func remove(id: String) async throws(AgentError) {
        try await network.request(to: host) { () throws(AgentError) in try host.remove(id: id) }
    }

    func watch() async throws(AgentError) -> any ShimWatch {
        let channel = try await network.request(to: host) { () throws(AgentError) in host.watch() }
        return SimulatedStream(channel: channel, host: host, network: network)
    }
}

struct SimulatedRunnerLink: RunnerClient {
    let runner: SimulatedRunner
    let host: SimulatedHost
    let network: SimulatedNetwork

    func submit(_ request: RunnerSubmitRequest) async throws(AgentError) {
        try await network.request(to: host) { () throws(AgentError) in try runner.submit(request) }
    }

    func uploadArchive(id: String, path: String) async throws(AgentError) {}

    func uploadCode(_ bytes: [UInt8]) async throws(AgentError) {}

    func run() async throws(AgentError) -> RunnerJobInfo {
        try await network.request(to: host) { () throws(AgentError) in try runner.run() }
    }

    func stop(grace: Int?) async throws(AgentError) {
        try await network.request(to: host) { () throws(AgentError) in runner.stop(grace: grace) }
    }

    func secondsUnconnected() async throws(AgentError) -> Int? {
        try await network.request(to: host) { () throws(AgentError) in try runner.secondsUnconnected() }
    }

    func stream(from cursor: RunnerCursor) async throws(AgentError) -> any RunnerStream {
        let channel = try await network.request(to: host) { () throws(AgentError) in try runner.stream(from: cursor) }
        return SimulatedStream(channel: channel, host: host, network: network)
    }

    func release() {}
}

private struct DeadRunner: RunnerClient {
    func submit(_ request: RunnerSubmitRequest) async throws(AgentError) { throw .unreachable("no runner") }
    func uploadArchive(id: String, path: String) async throws(AgentError) { throw .unreachable("no runner") }
    func uploadCode(_ bytes: [UInt8]) async throws(AgentError) { throw .unreachable("no runner") }
    func run() async throws(AgentError) -> RunnerJobInfo { throw .unreachable("no runner") }
    func stop(grace: Int?) async throws(AgentError) { throw .unreachable("no runner") }
    func secondsUnconnected() async throws(AgentError) -> Int? { throw .unreachable("no runner") }
    func stream(from cursor: RunnerCursor) async throws(AgentError) -> any RunnerStream {
        throw .unreachable("no runner")
    }
    func release() {}
}

private struct DeadShim: ShimClient {
    func submit(_ request: ShimTaskRequest) async throws(AgentError) -> ShimTask { throw .unreachable("no host") }
    func task(id: String) async throws(AgentError) -> ShimTask? { throw .unreachable("no host") }
    func terminate(id: String, reason: String, message: String, grace: Int) async throws(AgentError) {
        throw .unreachable("no host")
    }
    func remove(id: String) async throws(AgentError) { throw .unreachable("no host") }
    func watch() async throws(AgentError) -> any ShimWatch { throw .unreachable("no host") }
}

/// A stream over the network: each piece takes its time, and may break it.
struct SimulatedStream<Element: Sendable>: Sendable {
    let channel: Channel<Element>
    let host: SimulatedHost
    let network: SimulatedNetwork

    func next() async throws(AgentError) -> Element? {
        let world = network.world
        guard let element = await channel.next() else {
            if Task.isCancelled { throw .cancelled }
            return nil
        }
        guard await world.wait(world.dice.milliseconds(0...min(20, world.plan.slowest))) else { throw .cancelled }
        guard network.isAlive() else { throw .unreachable("the server crashed") }
        if host.isCut || world.dice.chance(world.plan.brokenStreams, in: 1000) {
            channel.finish()
            throw .unreachable("the stream broke")
        }
        return element
    }

    func close() async { channel.finish() }
}

extension SimulatedStream: ShimWatch where Element == ShimNotice {}
extension SimulatedStream: RunnerStream where Element == RunnerFrame {}
