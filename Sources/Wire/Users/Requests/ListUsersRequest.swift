/// Body of `users/list`.
public struct ListUsersRequest: Codable, Sendable, Hashable {
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
        returnTotalCount: Bool = false, namePattern: String? = nil, prevCreatedAt: Timestamp? = nil,
        prevId: String? = nil, limit: Int = 2000, ascending: Bool = false
    ) {
        self.returnTotalCount = returnTotalCount
        self.namePattern = namePattern
        self.prevCreatedAt = prevCreatedAt
        self.prevId = prevId
        self.limit = limit
        self.ascending = ascending
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case returnTotalCount = "return_total_count"
        case namePattern = "name_pattern"
        case prevCreatedAt = "prev_created_at"
        case prevId = "prev_id"
        case limit
        case ascending
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        returnTotalCount = try fields.value(.returnTotalCount, default: false)
        namePattern = try fields.optional(.namePattern)
        prevCreatedAt = try fields.optional(.prevCreatedAt)
        prevId = try fields.optional(.prevId)
        limit = try fields.value(.limit, default: 2000)
        ascending = try fields.value(.ascending, default: false)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(returnTotalCount, forKey: .returnTotalCount)
        try container.encode(namePattern, forKey: .namePattern)
        try container.encode(prevCreatedAt, forKey: .prevCreatedAt)
        try container.encode(prevId, forKey: .prevId)
        try container.encode(limit, forKey: .limit)
        try container.encode(ascending, forKey: .ascending)
    }
}
