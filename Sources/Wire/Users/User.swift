/// A user as others see it.
public struct User: Codable, Sendable, Hashable {
    /// A UUID, in lowercase.
    public var id: String
    /// The name of the user.
    public var username: String
    /// When it was created.
    public var createdAt: Timestamp?
    /// The role on the server.
    public var globalRole: GlobalRole
    /// The user's e-mail address; not verified.
    public var email: String?
    /// Whether the user may log in.
    public var active: Bool
    /// What the user may do.
    public var permissions: UserPermissions
    /// The public half of the user's key.
    public var sshPublicKey: String?

    public init(
        id: String, username: String, createdAt: Timestamp? = nil, globalRole: GlobalRole,
        email: String? = nil, active: Bool, permissions: UserPermissions, sshPublicKey: String? = nil
    ) {
        self.id = id
        self.username = username
        self.createdAt = createdAt
        self.globalRole = globalRole
        self.email = email
        self.active = active
        self.permissions = permissions
        self.sshPublicKey = sshPublicKey
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case id
        case username
        case createdAt = "created_at"
        case globalRole = "global_role"
        case email
        case active
        case permissions
        case sshPublicKey = "ssh_public_key"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        id = try fields.required(.id)
        username = try fields.required(.username)
        createdAt = try fields.optional(.createdAt)
        globalRole = try fields.required(.globalRole)
        email = try fields.optional(.email)
        active = try fields.required(.active)
        permissions = try fields.required(.permissions)
        sshPublicKey = try fields.optional(.sshPublicKey)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(username, forKey: .username)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(globalRole, forKey: .globalRole)
        try container.encode(email, forKey: .email)
        try container.encode(active, forKey: .active)
        try container.encode(permissions, forKey: .permissions)
        try container.encode(sshPublicKey, forKey: .sshPublicKey)
    }
}
