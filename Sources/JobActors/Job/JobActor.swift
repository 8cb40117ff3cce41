#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import Logging
import Store
import Wire

/// Drives one job submission: the only writer of its row, the owner of its connections and its log.
///
/// It handles one event to its end (transition, checkpoint, effects handed off) before it takes the next.
/// Effects run as tasks of their own and post what came of them; a letter from an effect that the state no
/// longer owes is dropped, so what is late is never mistaken for what is new.
public actor JobActor: MailboxActor {
    /// A letter in the mailbox.
    enum Letter: Sendable {
        /// What came of the effect with this number.
        case outcome(JobEvent, effect: Int)
        /// The effect with this number met an error that its peers' rules do not cover.
        case failure(any Error, effect: Int)
        /// There may be a stored message.
        case wake
    }

    nonisolated public let id: String
    nonisolated let environment: Environment
    nonisolated let surroundings: any Surroundings
    private let isResumed: Bool
    private(set) var record: JobRecord
    private var machine: JobMachine
    var mailbox = Mailbox<Letter>()
    var effects = EffectSet<JobEffect>()
    /// What the scheduler granted, until the checkpoint that claims it.
    var grant: SlotGrant?
    /// What the runner told when it started, for the row.
    var jobInfo: RunnerJobInfo?
    /// Ports of the host that lead to the job's, as its shim told last; for the row.
    var taskPorts: [ShimPortMapping]?

    nonisolated public var unownedExecutor: UnownedSerialExecutor {
        environment.executor.asUnownedSerialExecutor()
    }

    /// Rehydrates the actor from its row.
    ///
    /// - Parameter isResumed: whether an actor of this row ended early in this life of the server. What it wrote
    ///   last may not have reached its run, which is then told again.
    /// - Throws: `StoreError.corrupt` where the row's state cannot be read.
    public init(
        record: JobRecord, environment: Environment, surroundings: any Surroundings, isResumed: Bool = false
    ) throws(StoreError) {
        id = record.id
        self.isResumed = isResumed
        self.record = record
        self.environment = environment
        self.surroundings = surroundings
        do {
            machine = try JSONDecoder().decode(JobMachine.self, from: Data(record.state))
        } catch {
            throw .corrupt("state of job \(record.id): \(error)")
        }
    }

    /// Lives until the job is finished and its messages are handled, or the task is cancelled.
    ///
    /// - Throws: `StoreError` where a checkpoint fails, `CancellationError` where the actor is killed: the row
    ///   then holds what is true, and another actor goes on from it.
    public func run() async throws { try await takeLetters() }

    func begin() async {
        if !isResumed { machine.resume(at: environment.clock.now()) }
        reconcile()
        mailbox.put(.wake)
        if isResumed {
            await surroundings.deliver(to: record.runID)
            await tellNode()
        }
    }

    var isFinished: Bool {
        if case .finished = machine.state { true } else { false }
    }

    public func wake() -> Bool { mailbox.put(.wake) }

    /// The present state, for views and tests.
    public var state: JobState { machine.state }

    var policy: JobPolicy { machine.policy }

    /// Tells the other nodes what they need to know of this one.
    private func tellNode() async {
        if let node = machine.node { await surroundings.tell(NodeNews(jobID: id, facts: node), runID: record.runID) }
    }

    func handle(_ letter: Letter) async throws {
        switch letter {
        case .outcome(let event, let number):
            guard effects.isCurrent(number) else { return }
            try await apply(event, messageID: nil)
        case .failure(let error, let number):
            guard effects.isCurrent(number) else { return }
            throw error
        case .wake:
            for message in try await environment.store.messages(to: id) {
                let body: JobMessage
                do {
                    body = try JSONDecoder().decode(JobMessage.self, from: Data(message.body))
                } catch {
                    throw StoreError.corrupt("message \(message.id) to job \(id): \(error)")
                }
                switch body {
                case .stop(let stop): try await apply(.stop(stop), messageID: message.id)
                case .inactivity(let change):
                    try await apply(.inactivityChanged(change.seconds), messageID: message.id)
                }
            }
        }
    }

    /// Transition, checkpoint, effects.
    private func apply(_ event: JobEvent, messageID: String?) async throws {
        let now = environment.clock.now()
        var next = machine
        let reaction = next.handle(event, at: now)
        var change = Change()
        if let messageID { change.writes.append(.deleteMessage(id: messageID)) }
        if case .changed(let note) = reaction {
            let checkpoint = try checkpoint(to: next, notes: [note, try await lostTail(next)].compactMap(\.self), now)
            change.writes += checkpoint.change.writes
            change.events += checkpoint.change.events
            try await environment.store.commit(change)
            let isNodeNews = machine.node != next.node
            record = checkpoint.record
            machine = next
            if machine.state.instanceID != nil { grant = nil }
            jobInfo = nil
            reconcile()
            if case .finished = machine.state { await closeLogs() }
            if isNodeNews { await tellNode() }
            if checkpoint.tellsRun { await surroundings.deliver(to: record.runID) }
        } else if !change.isEmpty {
            try await environment.store.commit(change)
        }
    }

    /// Starts what the state owes and ends what it does not.
    private func reconcile() {
        effects.reconcile(owed: machine.owed) { effect, number in
            Task(executorPreference: environment.executor) { [self] in
                do {
                    try await perform(effect) { event in await self.post(event, from: number) }
                } catch is CancellationError {
                    // The state no longer owes the effect.
                } catch {
                    await self.post(.failure(error, effect: number))
                }
            }
        }
    }

    private func post(_ event: JobEvent, from number: Int) { post(.outcome(event, effect: number)) }

    private func post(_ letter: Letter) { mailbox.put(letter) }
}
