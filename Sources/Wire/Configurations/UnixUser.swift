/// A user and group in a container, each by id or by name.
public struct UnixUser: Codable, Sendable, Hashable {
    /// The id of the user.
    public var uid: Int?
    /// The id of the group.
    public var gid: Int?
    /// The name of the user.
    public var username: String?
    /// The name of the group.
    public var groupname: String?

    public init(
        uid: Int? = nil, gid: Int? = nil, username: String? = nil, groupname: String? = nil
    ) {
        self.uid = uid
        self.gid = gid
        self.username = username
        self.groupname = groupname
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case uid
        case gid
        case username
        case groupname
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        uid = try fields.optional(.uid)
        gid = try fields.optional(.gid)
        username = try fields.optional(.username)
        groupname = try fields.optional(.groupname)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(uid, forKey: .uid)
        try container.encode(gid, forKey: .gid)
        try container.encode(username, forKey: .username)
        try container.encode(groupname, forKey: .groupname)
    }
}
