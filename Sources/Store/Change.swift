/// One checkpoint: row writes, messages and events that become durable together or not at all.
public struct Change: Sendable, Equatable {
    public var writes: [Write]
    /// Numbered in this order.
    public var events: [EventDraft]

    public init(writes: [Write] = [], events: [EventDraft] = []) {
        self.writes = writes
        self.events = events
    }

    public var isEmpty: Bool { writes.isEmpty && events.isEmpty }

    /// A write and the condition under which it holds.
    public enum Write: Sendable, Equatable {
        /// Fails where the project has a run of that name that is not deleted.
        case insertRun(RunRecord)
        /// Fails unless the stored version is one less than the record's.
        case updateRun(RunRecord)
        case insertJob(JobRecord)
        /// Fails unless the stored version is one less than the record's.
        case updateJob(JobRecord)
        case insertFleet(FleetRecord)
        case insertInstance(InstanceRecord)
        /// Fails unless the stored version is one less than the record's.
        case updateInstance(InstanceRecord)
        /// Takes one slot of an instance for a job; fails where none is free. Claiming again changes nothing.
        case claim(jobID: String, instanceID: String)
        /// Gives the job's slot back; no error where it has none.
        case release(jobID: String)
        case insertMessage(MessageRecord)
        /// No error where it is gone.
        case deleteMessage(id: String)
    }
}
