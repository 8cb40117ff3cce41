/// Body of `projects/list`.
public struct ListProjectsRequest: Codable, Sendable, Hashable {
    /// Whether public projects count in which the user is no member.
    public var includeNotJoined: Bool
    /// The name of the user.
    public var username: String?
    /// Answer the total too.
    public var returnTotalCount: Bool
    /// Only those whose name contains this.
    public var namePattern: String?
    /// Go on behind what was created at this time.
    public var prevCreatedAt: Timestamp?
    /// Go on behind what has this id; goes with the time.
    public var prevId: String?
    /// How many are told at most.
    public var limit: Int
    /// Oldest first; newest first where false.
    public var ascending: Bool

    public init(
        includeNotJoined: Bool = true, username: String? = nil, returnTotalCount: Bool = false,
        namePattern: String? = nil, prevCreatedAt: Timestamp? = nil, prevId: String? = nil,
        limit: Int = 2000, ascending: Bool = false
    ) {
        self.includeNotJoined = includeNotJoined
        self.username = username
        self.returnTotalCount = returnTotalCount
        self.namePattern = namePattern
        self.prevCreatedAt = prevCreatedAt
        self.prevId = prevId
        self.limit = limit
        self.ascending = ascending
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case includeNotJoined = "include_not_joined"
        case username
        case returnTotalCount = "return_total_count"
        case namePattern = "name_pattern"
        case prevCreatedAt = "prev_created_at"
        case prevId = "prev_id"
        case limit
        case ascending
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        includeNotJoined = try fields.value(.includeNotJoined, default: true)
        username = try fields.optional(.username)
        returnTotalCount = try fields.value(.returnTotalCount, default: false)
        namePattern = try fields.optional(.namePattern)
        prevCreatedAt = try fields.optional(.prevCreatedAt)
        prevId = try fields.optional(.prevId)
        limit = try fields.value(.limit, default: 2000)
        ascending = try fields.value(.ascending, default: false)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(includeNotJoined, forKey: .includeNotJoined)
        try container.encode(username, forKey: .username)
        try container.encode(returnTotalCount, forKey: .returnTotalCount)
        try container.encode(namePattern, forKey: .namePattern)
        try container.encode(prevCreatedAt, forKey: .prevCreatedAt)
        try container.encode(prevId, forKey: .prevId)
        try container.encode(limit, forKey: .limit)
        try container.encode(ascending, forKey: .ascending)
    }
}
