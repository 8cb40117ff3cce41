import Wire

/// A project as the store keeps it.
public struct ProjectRecord: Sendable, Equatable {
    public let id: String
    public var name: String
    public var ownerID: String
    public let createdAt: Timestamp
    public var isPublic: Bool
    public var keys: SSHKeyPair
    public var isDeleted: Bool

    public init(
        id: String, name: String, ownerID: String, createdAt: Timestamp, isPublic: Bool = false,
        keys: SSHKeyPair, isDeleted: Bool = false
    ) {
        self.id = id
        self.name = name
        self.ownerID = ownerID
        self.createdAt = createdAt
        self.isPublic = isPublic
        self.keys = keys
        self.isDeleted = isDeleted
    }
}

/// A user's place in a project.
public struct MemberRecord: Sendable, Equatable {
    public let projectID: String
    public let userID: String
    public var role: ProjectRole

    public init(projectID: String, userID: String, role: ProjectRole) {
        self.projectID = projectID
        self.userID = userID
        self.role = role
    }
}
