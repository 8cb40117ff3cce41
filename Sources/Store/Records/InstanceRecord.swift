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
    public var finishedAt: Timestamp?
    public var version: Int

    public init(
        id: String, projectID: String, fleetID: String, name: String, instanceNum: Int, createdAt: Timestamp,
        backend: String, region: String, price: Double, instanceType: [UInt8], hostname: String, slots: Int,
        status: String = "idle", isUnreachable: Bool = false, terminationReason: String? = nil,
        finishedAt: Timestamp? = nil, version: Int = 0
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
        self.finishedAt = finishedAt
        self.version = version
    }
}
