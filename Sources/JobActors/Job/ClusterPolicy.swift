import Wire

/// How the nodes of a replica start together.
public struct ClusterPolicy: Sendable, Equatable, Codable {
    /// How many nodes each group has; nodes are numbered through the groups in this order.
    public var groupSizes: [Int]
    public var startupOrder: StartupOrder

    public init(groupSizes: [Int], startupOrder: StartupOrder = .any) {
        self.groupSizes = groupSizes
        self.startupOrder = startupOrder
    }

    /// Nodes of all groups.
    public var nodes: Int { groupSizes.reduce(0, +) }
}

/// What the other nodes of a replica need to know of one.
public struct NodeFacts: Sendable, Equatable, Codable {
    /// Where the others reach it: an IP address.
    public var address: String
    /// Whether its commands began, be they over or not.
    public var hasStarted: Bool

    public init(address: String, hasStarted: Bool = false) {
        self.address = address
        self.hasStarted = hasStarted
    }
}

/// What a node tells the others of its run.
public struct NodeNews: Sendable, Equatable {
    public var jobID: String
    public var facts: NodeFacts

    public init(jobID: String, facts: NodeFacts) {
        self.jobID = jobID
        self.facts = facts
    }
}
