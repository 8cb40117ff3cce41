import Wire

/// One run as the store keeps it. `RunActor` is the only writer after the insert.
public struct RunRecord: Sendable, Equatable {
    public let id: String
    public let projectID: String
    public let userID: String
    public let name: String
    public let submittedAt: Timestamp
    /// Higher goes first, 0...100.
    public var priority: Int
    public var status: RunStatus
    public var terminationReason: RunTerminationReason?
    /// Moment of the last checkpoint.
    public var lastProcessedAt: Timestamp
    public var fleetID: String?
    /// Grows by one with each in-place update.
    public var deploymentNum: Int
    /// When a run that waits for its schedule goes on, nil where it does not.
    public var nextTriggeredAt: Timestamp?
    /// Hidden from lists and from look-up by name: its name was taken by a newer run, or it was deleted.
    public var isDeleted: Bool
    /// The run's specification as JSON; sealed at rest, since its environment may hold secrets. Changed by
    /// `Change.Write.redeploy` alone.
    public var spec: [UInt8]
    /// The run machine's state as JSON.
    public var state: [UInt8]
    /// Counts the checkpoints: a write is accepted only over the version it was made from.
    public var version: Int

    public init(
        id: String, projectID: String, userID: String, name: String, submittedAt: Timestamp, priority: Int = 0,
        status: RunStatus = .submitted, terminationReason: RunTerminationReason? = nil,
        lastProcessedAt: Timestamp? = nil, fleetID: String? = nil, deploymentNum: Int = 0,
        nextTriggeredAt: Timestamp? = nil, isDeleted: Bool = false, spec: [UInt8], state: [UInt8], version: Int = 0
    ) {
        self.id = id
        self.projectID = projectID
        self.userID = userID
        self.name = name
        self.submittedAt = submittedAt
        self.priority = priority
        self.status = status
        self.terminationReason = terminationReason
        self.lastProcessedAt = lastProcessedAt ?? submittedAt
        self.fleetID = fleetID
        self.deploymentNum = deploymentNum
        self.nextTriggeredAt = nextTriggeredAt
        self.isDeleted = isDeleted
        self.spec = spec
        self.state = state
        self.version = version
    }
}
