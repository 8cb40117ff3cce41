#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import Backends
import Logging
import Store
import Wire

/// Drives one instance from its set-up to its removal: the only writer of its row, the owner of the connection to its
/// shim.
///
/// It hears every task transition from the shim and tells the job actors that ask, and it ends tasks that
/// belong to no living job: what a lost answer or a late request left behind does not go on.
public actor InstanceActor: MailboxActor {
    enum Letter: Sendable {
        /// What came of the effect with this number.
        case outcome(Outcome, effect: Int)
        /// The row may tell that the instance is to go.
        case wake
    }

    /// What an effect posts.
    enum Outcome: Sendable {
        case event(InstanceMachine.Event)
        case facts(HostFacts)
    }

    nonisolated public let id: String
    nonisolated let environment: Environment
    nonisolated let compute: any Compute
    /// Tells whether a job submission of this id is still driven.
    nonisolated let isLive: @Sendable (String) async -> Bool
    /// Waits until the host is no other instance's that is to go; tells meanwhile, in words, whose it is.
    nonisolated let awaitHost: @Sendable (InstanceRecord, @Sendable (String) async -> Void) async -> Void
    /// Told of the row whenever it has changed.
    nonisolated private let changed: @Sendable (InstanceRecord) async -> Void
    private(set) var record: InstanceRecord
    private(set) var machine: InstanceMachine
    /// How its host is reached; nil for this machine.
    private(set) var access: HostAccess?
    var mailbox = Mailbox<Letter>()
    var effects = EffectSet<InstanceEffect>()
    /// Where the set-up stands.
    private(set) var step: HostSetupStep?
    /// Who has its host, while that is waited for.
    private var holder: String?
    /// Who waits until it is written down how far the host is, see `InstanceMachine.isNoted`.
    var noting: AsyncStream<Void>.Continuation?
    /// The way to its agents, once it is active.
    var link: (any HostLink)?
    var watch = ShimTasks()

    /// Whether a change of the row is under way, and who waits to make one.
    private var isWriting = false
    private var turns: [CheckedContinuation<Void, Never>] = []

    nonisolated public var unownedExecutor: UnownedSerialExecutor {
        environment.executor.asUnownedSerialExecutor()
    }

    /// - Throws: `StoreError.corrupt` where the row's state cannot be read.
    public init(
        record: InstanceRecord, environment: Environment, compute: any Compute,
        isLive: @escaping @Sendable (String) async -> Bool,
        awaitHost: @escaping @Sendable (InstanceRecord, @Sendable (String) async -> Void) async -> Void = { _, _ in },
        changed: @escaping @Sendable (InstanceRecord) async -> Void
    ) throws(StoreError) {
        id = record.id
        self.record = record
        self.environment = environment
        self.compute = compute
        self.isLive = isLive
        self.awaitHost = awaitHost
        self.changed = changed
        do {
            machine =
                try record.state.map { try JSONDecoder().decode(InstanceMachine.self, from: Data($0)) }
                ?? .ready(isUnreachable: record.isUnreachable)
            access = try record.connection.map { try JSONDecoder().decode(HostAccess.self, from: Data($0)) }
        } catch {
            throw .corrupt("state of instance \(record.name): \(error)")
        }
    }

    /// Lives until the instance is terminated, or the task is cancelled.
    public func run() async throws {
        defer { stopWatching() }
        do {
            try await takeLetters()
        } catch {
            await link?.close()
            throw error
        }
        await link?.close()
    }

    func begin() async {
        machine.resume(at: environment.clock.now())
        await reconcile()
        mailbox.put(.wake)
    }

    var isFinished: Bool {
        if case .terminated = machine.state { true } else { false }
    }

    public func wake() -> Bool { mailbox.put(.wake) }

    /// What the instance is at, for who looks at it: the step of its set-up, or what the last try met; why its shim
    /// cannot be reached.
    public var progress: String? {
        switch machine.state {
        case .provisioning(let state):
            switch state.phase {
            case .trying: step?.words ?? "connecting"
            case .pausing: state.failure.map { "\($0); it is tried again" }
            }
        case .terminating(let state): state.failure.map { "\($0); it is tried again" } ?? "removing what was set up"
        case .pending: holder.map { "waits until \(record.hostname) is given back by \($0)" }
        case .active(.silent), .active(.unreachable): watch.lastLoss
        case .active(.reachable), .terminated: nil
        }
    }

    func show(_ step: HostSetupStep) { self.step = step }

    func show(holder: String) { self.holder = holder }

    /// The way to the host for a job; nil while it takes none.
    public var host: (any Host)? {
        guard case .active = machine.state, let link else { return nil }
        return InstanceHost(
            actor: self, link: link, bareImage: access == nil ? nil : environment.hostImage,
            nodeAddress: access.map { record.internalIP ?? $0.target.hop.host }, loginUser: access?.target.hop.user,
            jobEnv: access?.env ?? [:])
    }

    func handle(_ letter: Letter) async throws {
        switch letter {
        case .outcome(let outcome, let number):
            guard effects.isCurrent(number) else { return }
            switch outcome {
            case .event(let event): await apply(event)
            case .facts(let facts): await apply(.ready, facts: facts)
            }
        case .wake:
            if await isClosing() { await apply(.terminate) }
        }
    }

    private func isClosing() async -> Bool {
        while !Task.isCancelled {
            do {
                return try await environment.store.instance(id: id)?.isClosing ?? false
            } catch {
                // A cancelled wait ends the loop at its condition.
                try? await environment.clock.sleep(for: .milliseconds(500))
            }
        }
        return false
    }

    /// Transition, checkpoint, effects.
    private func apply(_ event: InstanceMachine.Event, facts: HostFacts? = nil) async {
        let now = environment.clock.now()
        var next = machine
        switch next.handle(event, at: now) {
        case .stay: return
        case .moved: break
        case .changed:
            guard await checkpoint(next, facts, now) else { return }
        }
        machine = next
        if next.isNoted { noting?.yield() }
        if next.status != .provisioning { step = nil }
        await reconcile()
        await changed(record)
    }

    /// Starts what the state owes and ends what it does not.
    private func reconcile() async {
        if case .active = machine.state, link == nil { link = await makeLink() }
        effects.reconcile(owed: machine.owed) { effect, number in
            Task(executorPreference: environment.executor) { [self] in
                await perform(effect) { outcome in await self.post(outcome, from: number) }
            }
        }
    }

    private func post(_ outcome: Outcome, from number: Int) { mailbox.put(.outcome(outcome, effect: number)) }

    private func makeLink() async -> (any HostLink)? {
        guard let access, let port = access.shimPort else {
            return await compute.link(instanceID: id, to: .local(hostname: record.hostname))
        }
        guard let key = await projectKeys()?.privateKey else { return nil }
        return await compute.link(instanceID: id, to: .host(target: access.target(by: key), shimPort: port))
    }

    // MARK: Row

    /// Makes a transition durable; tried until the store does it.
    ///
    /// - Returns: false where the task was cancelled before that.
    private func checkpoint(_ next: InstanceMachine, _ facts: HostFacts?, _ now: Timestamp) async -> Bool {
        var backoff = Backoff(first: .milliseconds(50), limit: .seconds(2))
        while true {
            do throws(StoreError) {
                let settled = facts.flatMap { access?.settled(shimPort: $0.shimPort) }
                let (from, wasUnreachable) = (machine.status, machine.isUnreachable)
                try await write { row in
                    row.take(next, facts: facts, access: settled, now)
                    return self.change(to: next, from: from, wasUnreachable: wasUnreachable, row, now)
                }
                if let settled { access = settled }
                return true
            } catch {
                environment.logger.log(
                    level: error.isFull ? .debug : .error, "an instance's row cannot be written; it is tried again",
                    metadata: ["instance": "\(record.name)", "error": "\(error)"])
            }
            // Ends with the task.
            guard (try? await environment.clock.sleep(for: backoff.step(jitter: environment.jitter()))) != nil else {
                return false
            }
        }
    }

    /// What goes with the row of a transition.
    private func change(
        to next: InstanceMachine, from: InstanceStatus, wasUnreachable: Bool, _ row: InstanceRecord, _ now: Timestamp
    ) -> Change {
        var change = Change(writes: [.updateInstance(row)])
        if let text = next.news(from: from, wasUnreachable: wasUnreachable) {
            change.events.append(
                EventDraft(
                    id: environment.newID(), kind: .instance, recordedAt: now, projectID: row.projectID,
                    instanceID: id, instanceName: row.name, from: next.status == from ? nil : from.rawValue,
                    to: next.status == from ? nil : next.status.rawValue,
                    reason: next.status == from ? nil : next.ending?.reason.rawValue, message: text))
        }
        if case .terminated(let ending) = next.state {
            let stamp = EventStamp(id: environment.newID(), recordedAt: now)
            change.writes.append(.concludeFleet(id: row.fleetID, stamp: stamp))
            if ending.reason == .terminatedByUser, let target = access?.target {
                change.writes.append(.forgetHostKeys(route: target.route))
            }
        }
        return change
    }

    /// Shows the instance with another type, as where its runtime came or went.
    ///
    /// - Parameter type: `InstanceType` as JSON.
    public func show(type: [UInt8]) async throws(StoreError) {
        if record.instanceType == type { return }
        try await write { row in
            row.instanceType = type
            return Change(writes: [.updateInstance(row)])
        }
    }

    /// Shows how the instance's host is.
    ///
    /// - Returns: whether that is news.
    public func show(health: HealthStatus) async throws(StoreError) -> Bool {
        if record.health == health.rawValue { return false }
        try await write { row in
            row.health = health.rawValue
            return Change(writes: [.updateInstance(row)])
        }
        return true
    }

    /// Changes the row. One change at a time: two that are made from the same version would meet.
    private func write(_ body: (inout InstanceRecord) -> Change) async throws(StoreError) {
        if isWriting {
            await withCheckedContinuation { turns.append($0) }
        } else {
            isWriting = true
        }
        var row = record
        row.version += 1
        let change = body(&row)
        let failure = await commit(change, row)
        if turns.isEmpty { isWriting = false } else { turns.removeFirst().resume() }
        if let failure { throw failure }
    }

    private func commit(_ change: Change, _ row: InstanceRecord) async -> StoreError? {
        do {
            try await environment.store.commit(change)
            record = row
            return nil
        } catch {
            // The write may have been made all the same: nobody else makes one, so its version tells.
            guard let stored = try? await environment.store.instance(id: id) else { return error }
            record = stored
            return stored.version == row.version ? nil : error
        }
    }
}
