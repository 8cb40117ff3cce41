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

    private static let cleanInterval = Duration.seconds(300)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            let clock = ContinuousClock()
            var health: [String: HostHealth] = [:]
            var cleaned = clock.now.advanced(by: .zero - Self.cleanInterval)
            while !Task.isCancelled {
                do {
                    if !space.isFull {
                        try await round(&health)
                        if cleaned.advanced(by: Self.cleanInterval) <= clock.now {
                            let now = Timestamp.now
                            try await metrics.forgetHosts(
                                usagesBefore: now.advanced(by: .zero - settings.finishedAge),
                                checksBefore: now.advanced(by: .zero - settings.healthAge))
                            cleaned = clock.now
                        }
                    }
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning("the health of hosts was not taken", metadata: ["error": "\(error)"])
                }
                do { try await clock.sleep(for: settings.hostInterval) } catch { return }
            }
        }
    }

    private func round(_ health: inout [String: HostHealth]) async throws {
        let ids = try await store.liveInstances().filter { $0.status == "idle" && !$0.isUnreachable }.map(\.id)
        let answers = await withTaskGroup(of: (String, ShimHealth)?.self) { group in
            for id in ids { group.addTask { await ask(id).map { (id, $0) } } }
            var answers: [String: ShimHealth] = [:]
            for await answer in group { if let answer { answers[answer.0] = answer.1 } }
            return answers
        }
        health = health.filter { ids.contains($0.key) }
        var checks: [String: HealthCheck] = [:]
        let now = Timestamp.now
        for (id, answer) in answers {
            let check = health[id, default: HostHealth()].take(answer, at: now, interval: settings.healthInterval)
            guard let check else { continue }
            checks[id] = check
            try await supervisor.show(health: check.status, instanceID: id)
        }
        try await metrics.add(usages: answers.compactMapValues(\.usage), checks: checks)
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
