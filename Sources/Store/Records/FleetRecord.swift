import Wire

/// A fleet as the store keeps it.
public struct FleetRecord: Sendable, Equatable {
    public let id: String
    public let projectID: String
    public let name: String
    public let createdAt: Timestamp
    /// dstack's fleet status: `submitted`, `active`, `terminating`, `terminated` or `failed`.
    public var status: String
    /// `FleetSpec` as JSON; sealed at rest, since it may hold keys.
    public var spec: [UInt8]
    public var isDeleted: Bool
    /// Counts the changes: a write is accepted only over the version it was made from.
    public var version: Int

    public init(
        id: String, projectID: String, name: String, createdAt: Timestamp, status: String = "active",
        spec: [UInt8], isDeleted: Bool = false, version: Int = 0
    ) {
        self.id = id
        self.projectID = projectID
        self.name = name
        self.createdAt = createdAt
        self.status = status
        self.spec = spec
        self.isDeleted = isDeleted
        self.version = version
    }
}
