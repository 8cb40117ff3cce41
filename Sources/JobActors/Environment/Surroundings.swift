import Backends
import Store
import Wire

/// What a job or run actor asks of the rest of the engine. The supervisor is the real one.
public protocol Surroundings: Sendable {
    /// Stands in the queue until a slot is granted or none will ever be. Cancellation withdraws.
    func awaitSlot(jobID: String) async throws -> SlotDecision

    /// What a job that stands in the queue waits for, in words for the user; nil where it does not.
    func reasonToWait(jobID: String) async -> String?

    /// What the nodes of a run tell one another from now on.
    func nodeNews(runID: String) async -> AsyncStream<NodeNews>

    /// Tells the nodes of a run that wait for one another.
    func tell(_ news: NodeNews, runID: String) async

    /// The connection to an instance's host, nil where the instance is gone.
    func host(instanceID: String) async -> (any Host)?

    /// Wakes the actor that a stored message is for.
    func deliver(to recipientID: String) async

    /// Starts the actors of job submissions that were just written.
    func start(jobIDs: [String]) async

    /// Tells the queue for slots that job submissions of a run have another priority.
    func reprioritize(jobIDs: [String], priority: Int) async

    /// Path on this machine of a file archive that a client uploaded.
    func archivePath(id: String, projectID: String) async throws -> String

    /// The code of a run's repository, and what opens it.
    ///
    /// - Parameter hash: of the code that was uploaded for the job; nil for none.
    /// - Throws: `AccountError` where it is not there any more.
    func code(runID: String, hash: String?) async throws -> RunCode

    /// The public keys that may log in to a run's jobs.
    func loginKeys(runID: String) async throws -> [String]
}

/// What a runner gets to put a run's repository in place.
public struct RunCode: Sendable, Equatable {
    /// The id that the client gave the repository.
    public var repoID: String
    /// Those of the run's user, nil where that user gave none.
    public var credentials: RemoteRepoCreds?
    /// A diff over the repository's commit or, without git, a tar.
    public var blob: [UInt8]?

    public init(repoID: String, credentials: RemoteRepoCreds? = nil, blob: [UInt8]? = nil) {
        self.repoID = repoID
        self.credentials = credentials
        self.blob = blob
    }
}

/// The scheduler's answer to a job that waits for a slot.
public enum SlotDecision: Sendable, Equatable {
    /// A slot of this instance is set aside for the job; its checkpoint claims it.
    case granted(SlotGrant)
    /// No instance meets the requirements, in words for the user.
    case noCapacity(String)
}

/// A slot and what the job's row tells about it.
public struct SlotGrant: Sendable, Equatable {
    public var instanceID: String
    /// `JobProvisioningData` as JSON.
    public var provisioningData: [UInt8]
    /// `JobRuntimeData` as JSON.
    public var runtimeData: [UInt8]
    /// The slots that the other nodes of its replica are granted with it.
    public var siblings: [ClaimRecord]
    /// Blocks of the instance.
    public var blocks: Int
    /// The instance's fleet; empty where it is not known.
    public var fleetID: String

    public init(
        instanceID: String, provisioningData: [UInt8] = [], runtimeData: [UInt8] = [], siblings: [ClaimRecord] = [],
        blocks: Int = 1, fleetID: String = ""
    ) {
        self.instanceID = instanceID
        self.blocks = blocks
        self.fleetID = fleetID
        self.provisioningData = provisioningData
        self.runtimeData = runtimeData
        self.siblings = siblings
    }
}

/// An instance's host, as a job reaches it.
public protocol Host: Sendable {
    /// The shim, for requests about the job's task.
    var shim: any ShimClient { get }

    /// The image of a job that names none; nil where such a job runs as processes.
    var bareImage: String? { get }

    /// Where nodes of a run on other hosts reach the nodes on this one; nil on this machine, where each has an address
    /// of its own.
    var nodeAddress: String? { get }

    /// As whom clients log in to the host, to get to the SSH servers of its jobs; nil on this machine, where they need not.
    var loginUser: String? { get }

    /// Variables of every job on the host, which a job's own of that name take the place of.
    var jobEnv: [String: String] { get }

    /// The runner of a task on this host.
    func runner(at address: RunnerAddress) -> any RunnerClient

    /// What the shim tells about one task: the present first, then each change. Ends when the instance goes.
    func notices(taskID: String) async -> AsyncStream<TaskNotice>
}

/// What a job hears of its task.
public enum TaskNotice: Sendable, Equatable {
    case task(ShimTask)
    /// The shim answers and does not have the task.
    case missing
    case hostLost
    case hostBack
}
