import Backends
import SSH
import Wire

/// How a host takes to being set up.
enum HostTemper: Sendable, Equatable {
    case willing
    /// Needs so long.
    case slow(Duration)
    /// Fails so often for a while.
    case flaky(Int)
    /// Will never be a host.
    case bad
    /// Answers nothing.
    case hanging
    /// Has a number of CPUs that its blocks do not divide.
    case odd
}

/// Sets the hosts of a world up, and takes that back.
struct SimulatedProvisioner: HostProvisioner {
    let network: SimulatedNetwork

    /// How the words begin for a host that has another instance's claim.
    static let taken = "it is the host of "
    /// What is told of a host that may have something of ours and lets us in no longer.
    static let shut = "it lets the project's key in no longer"

    private var world: WorldHandles { network.world }

    func setUp(
        _ request: HostSetupRequest, progress: @escaping @Sendable (HostSetupStep) -> Void
    ) async throws(HostSetupError) -> HostFacts {
        let host = try host(request.hostname)
        progress(.connecting)
        try await step(host)
        progress(.checking)
        let temper = network.temper(host)
        switch temper {
        case .willing, .odd: break
        case .slow(let time): try await wait(host, time)
        case .flaky: throw HostSetupError(hostname: host.name, detail: "it is not ready yet", isTransient: true)
        case .bad: throw HostSetupError(hostname: host.name, detail: "it has no Docker Engine")
        case .hanging: try await wait(host, .seconds(100_000))
        }
        for percent in [0, 50, 100] {
            progress(.uploading(percent: percent))
            try await step(host)
        }
        progress(.installing)
        guard await request.touch() else { throw HostSetupError(hostname: host.name, detail: "it is not wanted") }
        if let owner = host.instanceID, owner != request.instanceID, await request.leftover(owner) != nil {
            _ = host.remove(from: owner)
        }
        if let owner = host.instanceID, owner != request.instanceID {
            throw HostSetupError(hostname: host.name, detail: "\(Self.taken)\(owner)")
        }
        guard network.isAlive() else { throw HostSetupError(hostname: host.name, detail: "the server crashed") }
        host.setUp(for: request.instanceID)
        try await step(host)
        progress(.verifying)
        guard host.hasKey else {
            throw HostSetupError(hostname: host.name, detail: "it does not let the project's key in")
        }
        return HostFacts(resources: Self.resources(isOdd: temper == .odd), shimPort: 10_998)
    }

    static func resources(isOdd: Bool = false) -> Resources {
        Resources(
            cpus: isOdd ? 5 : 4, memoryMib: 32_768, gpus: [], spot: false, disk: Disk(sizeMib: 204_800),
            cpuArch: .x86)
    }

    func remove(_ request: HostRemovalRequest) async throws(HostSetupError) {
        let host = try host(request.target.hop.host)
        try await step(host)
        // The user's own key opens it as long as it is not set up.
        if !host.hasKey, request.isSettled {
            if host.isOnly(keyLeft: request.isCleaned) { return }
            throw HostSetupError(hostname: host.name, detail: Self.shut)
        }
        guard host.remove(from: request.instanceID) else { return }
        try await step(host)
        guard await request.cleaned() else { throw HostSetupError(hostname: host.name, detail: "it was given up") }
        host.shutOut()
        try await step(host)
    }

    private func host(_ name: String) throws(HostSetupError) -> SimulatedHost {
        guard let host = network.hosts.first(where: { $0.name == name }) else {
            throw HostSetupError(hostname: name, detail: "there is no such host")
        }
        return host
    }

    /// A command on the host and its answer.
    private func step(_ host: SimulatedHost) async throws(HostSetupError) {
        try await wait(host, world.dice.milliseconds(0...max(200, world.plan.slowest)))
        if host.isCut || world.dice.chance(world.plan.lostRequests, in: 1000) {
            throw HostSetupError(hostname: host.name, detail: "it does not answer", isTransient: true)
        }
    }

    private func wait(_ host: SimulatedHost, _ time: Duration) async throws(HostSetupError) {
        guard await world.wait(time), network.isAlive() else {
            throw HostSetupError(hostname: host.name, detail: "it was given up", isTransient: true)
        }
    }
}
