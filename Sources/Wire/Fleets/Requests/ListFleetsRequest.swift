/// Body of `fleets/list` over all projects.
public struct ListFleetsRequest: Codable, Sendable, Hashable {
    /// The name of the project.
    public var projectName: String?
    /// Only those that have not ended.
    public var onlyActive: Bool
    /// Whether fleets of other projects that were imported count too.
    public var includeImported: Bool
    /// Go on behind what was created at this time.
    public var prevCreatedAt: Timestamp?
    /// Go on behind what has this id; goes with the time.
    public var prevId: String?
    /// How many are told at most.
    public var limit: Int
    /// Oldest first; newest first where false.
    public var ascending: Bool

    public init(
        projectName: String? = nil, onlyActive: Bool = false, includeImported: Bool = false,
        prevCreatedAt: Timestamp? = nil, prevId: String? = nil, limit: Int = 100, ascending: Bool = false
    ) {
        self.projectName = projectName
        self.onlyActive = onlyActive
        self.includeImported = includeImported
        self.prevCreatedAt = prevCreatedAt
        self.prevId = prevId
        self.limit = limit
        self.ascending = ascending
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case projectName = "project_name"
        case onlyActive = "only_active"
        case includeImported = "include_imported"
        case prevCreatedAt = "prev_created_at"
        case prevId = "prev_id"
        case limit
        case ascending
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        projectName = try fields.optional(.projectName)
        onlyActive = try fields.value(.onlyActive, default: false)
        includeImported = try fields.value(.includeImported, default: false)
        prevCreatedAt = try fields.optional(.prevCreatedAt)
        prevId = try fields.optional(.prevId)
        limit = try fields.value(.limit, default: 100)
        ascending = try fields.value(.ascending, default: false)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(projectName, forKey: .projectName)
        try container.encode(onlyActive, forKey: .onlyActive)
        try container.encode(includeImported, forKey: .includeImported)
        try container.encode(prevCreatedAt, forKey: .prevCreatedAt)
        try container.encode(prevId, forKey: .prevId)
        try container.encode(limit, forKey: .limit)
        try container.encode(ascending, forKey: .ascending)
    }
}
