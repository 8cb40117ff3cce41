/// Body of `users/create` and `users/update`.
public struct CreateUserRequest: Codable, Sendable, Hashable {
    /// The name of the user.
    public var username: String
    /// The role on the server.
    public var globalRole: GlobalRole
    /// The user's e-mail address; not verified.
    public var email: String?
    /// Whether the user may log in.
    public var active: Bool

    public init(
        username: String, globalRole: GlobalRole, email: String? = nil, active: Bool = true
    ) {
        self.username = username
        self.globalRole = globalRole
        self.email = email
        self.active = active
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case username
        case globalRole = "global_role"
        case email
        case active
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        username = try fields.required(.username)
        globalRole = try fields.required(.globalRole)
        email = try fields.optional(.email)
        active = try fields.value(.active, default: true)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(username, forKey: .username)
        try container.encode(globalRole, forKey: .globalRole)
        try container.encode(email, forKey: .email)
        try container.encode(active, forKey: .active)
    }
}
