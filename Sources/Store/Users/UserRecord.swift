import Wire

/// A user as the store keeps it.
public struct UserRecord: Sendable, Equatable {
    public let id: String
    public var name: String
    public let createdAt: Timestamp
    public var globalRole: GlobalRole
    public var email: String?
    /// An inactive user cannot log in.
    public var isActive: Bool
    /// Bearer token; sealed at rest and hashed for look-up.
    public var token: String
    public var keys: SSHKeyPair
    public var isDeleted: Bool

    public init(
        id: String, name: String, createdAt: Timestamp, globalRole: GlobalRole, email: String? = nil,
        isActive: Bool = true, token: String, keys: SSHKeyPair, isDeleted: Bool = false
    ) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
        self.globalRole = globalRole
        self.email = email
        self.isActive = isActive
        self.token = token
        self.keys = keys
        self.isDeleted = isDeleted
    }
}
