import Wire

/// A machine as the store keeps it. `InstanceActor` is the only writer after the insert; what runs on it
/// stands in the claims.
public struct InstanceRecord: Sendable, Equatable {
    public let id: String
    public let projectID: String
    public let fleetID: String
    public let name: String
    /// Position in its fleet, from 0.
    public let instanceNum: Int
    public let createdAt: Timestamp
    /// Backend's name on the wire; this machine is `remote`.
    public let backend: String
    public let region: String
    /// Dollars an hour.
    public let price: Double
    /// `InstanceType` as JSON: name and resources.
    public var instanceType: [UInt8]
    /// Address that jobs see as their host.
    public var hostname: String
    /// Jobs that fit on it at once.
    public var slots: Int
    /// `pending`, `provisioning`, `idle`, `terminating` or `terminated`; busy is an idle one with claims.
    public var status: String
    /// Whether its shim could not be reached when last tried.
    public var isUnreachable: Bool
    public var terminationReason: String?
    /// Why it was terminated, in words for the user.
    public var terminationMessage: String?
    public var finishedAt: Timestamp?
    /// The instance machine's state as JSON; nil for one that is ready and was never set up, as this machine.
    public var state: [UInt8]?
    /// How its host is reached, as JSON; nil for this machine. Sealed at rest, since it may hold a user's keys.
    public var connection: [UInt8]?
    /// The address by which other hosts of its fleet reach it.
    public var internalIP: String?
    /// The version of the driver of its GPUs.
    public var gpuDriver: String?
    /// dstack's health status: `healthy`, `warning` or `failure`.
    public var health: String
    /// Whether it is to go. Written by `Change.Write.closeInstance` alone, never by the instance's actor: from then on
    /// nothing claims it.
    public var isClosing: Bool
    /// Hidden from lists: it is terminated, and its user knows.
    public var isDeleted: Bool
    /// The way to its host, which tells the host from others: each SSH server on it as `host:port`, with spaces between, jump
    /// hosts first. nil for this machine, and where an earlier release wrote the row.
    public let route: String?
    public var version: Int

    public init(
        id: String, projectID: String, fleetID: String, name: String, instanceNum: Int, createdAt: Timestamp,
        backend: String, region: String, price: Double, instanceType: [UInt8], hostname: String, slots: Int,
        status: String = "idle", isUnreachable: Bool = false, terminationReason: String? = nil,
        terminationMessage: String? = nil, finishedAt: Timestamp? = nil, state: [UInt8]? = nil,
        connection: [UInt8]? = nil, internalIP: String? = nil, gpuDriver: String? = nil, health: String = "healthy",
        isClosing: Bool = false, isDeleted: Bool = false, route: String? = nil,
        version: Int = 0
    ) {
        self.id = id
        self.projectID = projectID
        self.fleetID = fleetID
        self.name = name
        self.instanceNum = instanceNum
        self.createdAt = createdAt
        self.backend = backend
        self.region = region
        self.price = price
        self.instanceType = instanceType
        self.hostname = hostname
        self.slots = slots
        self.status = status
        self.isUnreachable = isUnreachable
        self.terminationReason = terminationReason
        self.terminationMessage = terminationMessage
        self.finishedAt = finishedAt
        self.state = state
        self.connection = connection
        self.internalIP = internalIP
        self.gpuDriver = gpuDriver
        self.health = health
        self.isClosing = isClosing
        self.isDeleted = isDeleted
        self.route = route
        self.version = version
    }
}
