import Backends
import Logging
import Store
import Wire

/// The effects of an instance: each talks to its host and posts what came of it.
extension InstanceActor {
    typealias Post = @Sendable (Outcome) async -> Void

    nonisolated func perform(_ effect: InstanceEffect, post: @escaping Post) async {
        switch effect {
        case .awaitHost:
            await awaitHost(record) { [self] holder in await show(holder: holder) }
            if !Task.isCancelled { await post(.event(.taken)) }
        case .setUp: await setUp(post)
        case .watch: await watchShim(post)
        case .remove: await remove(post)
        case .timer(let timer, let moment):
            // A cancelled wait has nothing to say.
            guard (try? await environment.clock.sleep(until: moment)) != nil else { return }
            await post(.event(timer.event))
        }
    }

    private nonisolated func setUp(_ post: @escaping Post) async {
        guard let access = await access, let keys = await projectKeys() else { return }
        let request = HostSetupRequest(
            hostname: access.hostname, target: access.target,
            settledTarget: access.settledTarget(by: keys.privateKey), projectKey: keys.publicKey.trimmingLineEnd,
            env: access.env, network: access.network,
            internalIP: access.internalIP, instanceID: id,
            touch: { [self] in await note(.touched, post) },
            leftover: { [self] in await leftover(of: $0) })
        let (steps, told) = AsyncStream.makeStream(of: HostSetupStep.self, bufferingPolicy: .bufferingNewest(8))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                for await step in steps { await show(step) }
            }
            defer { told.finish() }
            let outcome: Outcome
            do throws(HostSetupError) {
                let facts = try await compute.provisioner.setUp(request) { told.yield($0) }
                outcome = self.outcome(of: facts, access)
            } catch {
                outcome = .event(.setUpFailed(error.detail, isTransient: error.isTransient))
            }
            if !Task.isCancelled { await post(outcome) }
        }
    }

    /// A host that cannot be split as its user wants it is none.
    private nonisolated func outcome(of facts: HostFacts, _ access: HostAccess) -> Outcome {
        if access.blocks.count(of: facts.resources) != nil { return .facts(facts) }
        let (cpus, gpus) = (facts.resources.cpus, facts.resources.gpus.count)
        let wanted = if case .count(let count) = access.blocks { "\(count) blocks" } else { "blocks" }
        return .event(
            .setUpFailed(
                "Cannot split into blocks: \(wanted) do not divide its \(cpus) CPUs and \(gpus) GPUs; choose `blocks` so"
                    + " that both divide", isTransient: false))
    }

    private nonisolated func remove(_ post: @escaping Post) async {
        guard let access = await access, let keys = await projectKeys() else { return await post(.event(.removed)) }
        let event: InstanceMachine.Event
        do throws(HostSetupError) {
            try await compute.provisioner.remove(
                HostRemovalRequest(
                    target: access.target(by: keys.privateKey), projectKey: keys.publicKey.trimmingLineEnd,
                    instanceID: id, isSettled: access.shimPort != nil, isCleaned: await machine.isCleaned,
                    cleaned: { [self] in await note(.cleaned, post) }))
            event = .removed
        } catch {
            event = .removalFailed(error.detail, isTransient: error.isTransient)
        }
        if !Task.isCancelled { await post(.event(event)) }
    }

    /// Has it written down how far the effect that asks is with the host.
    ///
    /// - Returns: false where that is not wanted any more: then who asks is cancelled.
    private nonisolated func note(_ event: InstanceMachine.Event, _ post: Post) async -> Bool {
        await post(.event(event))
        for await _ in await durableNote() { return true }
        return false
    }

    private func durableNote() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        noting = continuation
        if machine.isNoted { continuation.yield() }
        return stream
    }

    /// What an instance left on this one's host, where it was this server's and is over; asked for until the store tells.
    private nonisolated func leftover(of instanceID: String) async -> HostLeftover? {
        while !Task.isCancelled {
            do {
                let (store, record) = (environment.store, await record)
                guard let ended = try await store.instance(id: instanceID),
                    ended.status == InstanceStatus.terminated.rawValue
                else { return nil }
                if ended.projectID == record.projectID { return HostLeftover() }
                let others = try await store.liveInstances().filter { $0.projectID == ended.projectID }
                if others.contains(where: { $0.mayBe(onHostOf: record) }) { return HostLeftover() }
                let key = try await store.projectKeys(projectID: ended.projectID)?.publicKey
                return HostLeftover(projectKey: key?.trimmingLineEnd)
            } catch {
                // A cancelled wait ends the loop at its condition.
                try? await environment.clock.sleep(for: .milliseconds(500))
            }
        }
        return nil
    }

    /// The key pair of its project, asked for until the store tells; nil where the task is cancelled, or the project gone.
    nonisolated func projectKeys() async -> SSHKeyPair? {
        while !Task.isCancelled {
            do {
                return try await environment.store.projectKeys(projectID: record.projectID)
            } catch {
                // A cancelled wait ends the loop at its condition.
                try? await environment.clock.sleep(for: .milliseconds(500))
            }
        }
        return nil
    }
}

extension String {
    fileprivate var trimmingLineEnd: String { hasSuffix("\n") ? String(dropLast()) : self }
}

extension InstanceRecord {
    /// Whether it may be the host of another, whatever way leads there: one whose way is not known may.
    fileprivate func mayBe(onHostOf other: InstanceRecord) -> Bool {
        if connection == nil { return false }
        guard let own = route?.split(separator: " ").last, let host = other.route?.split(separator: " ").last else {
            return true
        }
        return own == host
    }
}

extension HostSetupStep {
    /// The step as its user sees it.
    var words: String {
        switch self {
        case .connecting: "connecting"
        case .checking: "checking"
        case .uploading(let percent): "uploading \(percent)%"
        case .installing: "installing"
        case .verifying: "verifying"
        }
    }
}
