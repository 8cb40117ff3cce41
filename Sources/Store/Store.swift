import Wire

/// What the engine needs of a database: checkpoints, and the rows to rehydrate from.
///
/// A second database implements this and nothing else for the engine to run on it.
public protocol Store: Sendable {
    /// Makes a change durable. When this returns, nothing undoes it.
    ///
    /// - Returns: the change's events with their numbers, in order, and behind them those that writes told.
    @discardableResult
    func commit(_ change: Change) async throws(StoreError) -> [EventRecord]

    /// A run by id, deleted ones too.
    func run(id: String) async throws(StoreError) -> RunRecord?

    /// All submissions of a run, by replica, job and submission number.
    func jobs(runID: String) async throws(StoreError) -> [JobRecord]

    /// The latest submissions of each job of a run, by replica, job and submission number.
    ///
    /// - Parameter submissions: most of each job.
    func latestJobs(runID: String, submissions: Int) async throws(StoreError) -> [JobRecord]

    /// The jobs of a run with a schedule, by replica and job number; none of other runs.
    func jobTemplates(runID: String) async throws(StoreError) -> [JobTemplate]

    /// A job submission by id.
    func job(id: String) async throws(StoreError) -> JobRecord?

    /// Ids of the runs that are not finished, or that have a message waiting, oldest first.
    func unfinishedRunIDs() async throws(StoreError) -> [String]

    /// Ids of the job submissions that are not finished, or that have a message waiting, oldest first.
    func unfinishedJobIDs() async throws(StoreError) -> [String]

    /// Messages that a recipient has not handled, oldest first.
    func messages(to recipientID: String) async throws(StoreError) -> [MessageRecord]

    /// Instances that are not terminated, oldest first.
    func liveInstances() async throws(StoreError) -> [InstanceRecord]

    /// An instance by id.
    func instance(id: String) async throws(StoreError) -> InstanceRecord?

    /// A fleet by id, deleted ones too.
    func fleet(id: String) async throws(StoreError) -> FleetRecord?

    /// Fleets that are not deleted, oldest first.
    func liveFleets() async throws(StoreError) -> [FleetRecord]

    /// The key pair with which a project's server logs in to its hosts; nil where there is no such project.
    func projectKeys(projectID: String) async throws(StoreError) -> SSHKeyPair?

    /// Which job holds blocks of which instance, by job id.
    func claims() async throws(StoreError) -> [ClaimRecord]

    /// The values of a project's secrets, by name: read when a job is handed over, and not kept.
    func secretValues(projectID: String) async throws(StoreError) -> [String: String]
}

/// Blocks of an instance, taken by a job submission.
public struct ClaimRecord: Sendable, Equatable {
    public let jobID: String
    public let instanceID: String
    /// How many; each job on this machine takes one.
    public let blocks: Int

    public init(jobID: String, instanceID: String, blocks: Int = 1) {
        self.jobID = jobID
        self.instanceID = instanceID
        self.blocks = blocks
    }
}
