import Backends
import Logging
import ServiceLifecycle
import Store
import Supervisor
import Wire

/// Asks the shims of all instances what their hosts use and how they are, in rounds, and forgets what is old.
///
/// An instance's health is shown by its actor, and placement looks at it. A host that does not answer is asked again in
/// the next round; that it does not is its actor's to tell.
struct HostSampler: Service {
    let store: SQLiteStore
    let metrics: MetricsStore
    let space: DiskSpace
    let supervisor: Supervisor
    let settings: MetricsSettings
    let logger: Logger

    func run() async throws {
        let seen = HealthSeen()
        await SamplingRounds(
            what: "the usage and health of hosts", interval: settings.hostInterval, space: space, logger: logger
        ).run(round: { try await round(seen) }, clean: clean)
    }

    private func round(_ seen: HealthSeen) async throws {
        let ids = try await store.liveInstances().filter { $0.status == "idle" && !$0.isUnreachable }.map(\.id)
        let answers = await SamplingRounds.ask(ids) { id in await ask(id).map { (id: id, health: $0) } }
        var checks: [String: HealthCheck] = [:]
        var usages: [String: HostUsage] = [:]
        let now = Timestamp.now
        for (id, check) in await seen.take(answers, of: ids, at: now, interval: settings.healthInterval) {
            checks[id] = check
            try await supervisor.show(health: check.status, instanceID: id)
        }
        for (id, answer) in answers { usages[id] = answer.usage }
        try await metrics.add(usages: usages, checks: checks)
    }

    private func clean() async throws {
        let now = Timestamp.now
        try await metrics.forgetHosts(
            usagesBefore: now.advanced(by: .zero - settings.finishedAge),
            checksBefore: now.advanced(by: .zero - settings.healthAge))
    }

    private func ask(_ id: String) async -> ShimHealth? {
        guard let host = await supervisor.host(instanceID: id) else { return nil }
        do {
            return try await host.shim.hostHealth()
        } catch {
            logger.debug("a host's health was not taken", metadata: ["instance": "\(id)", "error": "\(error)"])
            return nil
        }
    }
}

/// What was last seen of each host.
private actor HealthSeen {
    private var health: [String: HostHealth] = [:]

    /// Takes answers in and forgets the hosts that are not among `ids`.
    ///
    /// - Returns: the checks that are worth keeping.
    func take(
        _ answers: [(id: String, health: ShimHealth)], of ids: [String], at now: Timestamp, interval: Duration
    ) -> [(String, HealthCheck)] {
        health = health.filter { ids.contains($0.key) }
        return answers.compactMap { id, answer in
            health[id, default: HostHealth()].take(answer, at: now, interval: interval).map { (id, $0) }
        }
    }
}
