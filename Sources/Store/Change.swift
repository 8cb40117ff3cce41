/// One checkpoint: row writes, messages and events that become durable together or not at all.
public struct Change: Sendable, Equatable {
    public var writes: [Write]
    /// Numbered in this order, before those that writes tell by themselves.
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
        /// Writes a run's new specification, and the number of its deployment into its jobs that are not finished:
        /// an update in place keeps them. Stands beside the run's `updateRun`, which guards it.
        case redeploy(RunRecord)
        case insertJob(JobRecord)
        case insertTemplate(JobTemplate)
        /// Fails unless the stored version is one less than the record's.
        case updateJob(JobRecord)
        /// Deletes a finished job submission and the messages that nobody will read any more; no error where it is
        /// gone.
        case deleteJob(id: String)
        /// Fails where the project has a fleet of that name that is not deleted.
        case insertFleet(FleetRecord)
        /// Fails unless the stored version is one less than the record's.
        case updateFleet(FleetRecord)
        /// Deletes a fleet that is terminating and has no instance that is not terminated, and tells it in an event; else
        /// changes nothing, and tells nothing.
        case concludeFleet(id: String, stamp: EventStamp)
        /// Fails while a run that is not finished is assigned to the fleet, jobs or none; changes nothing.
        case requireIdleFleet(id: String)
        case insertInstance(InstanceRecord)
        /// Fails unless the stored version is one less than the record's. Leaves `isClosing` as it is; one that is closing
        /// is hidden when it is terminated.
        case updateInstance(InstanceRecord)
        /// Takes an instance out of use: nothing claims it any more, and its actor is to terminate it. One that is
        /// terminated is hidden. Fails while a job holds blocks of it; closing again changes nothing.
        case closeInstance(id: String)
        /// Forgets by which keys the SSH servers on a way are known, see `InstanceRecord.route`: those that are on the way to
        /// no instance that is not terminated. Such a machine was given back, and may be another one by that name.
        case forgetHostKeys(route: String)
        /// Takes blocks of an instance for a job; fails where too few are free, or where it is not ready. Claiming again
        /// changes nothing, nor does a claim for a job that is finished: who claims for another may not know yet.
        case claim(jobID: String, instanceID: String, blocks: Int = 1)
        /// Gives the job's blocks back; no error where it has none.
        case release(jobID: String)
        case insertMessage(MessageRecord)
        /// No error where it is gone.
        case deleteMessage(id: String)
    }
}
