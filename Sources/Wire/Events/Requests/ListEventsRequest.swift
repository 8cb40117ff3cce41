/// Body of `events/list`.
public struct ListEventsRequest: Codable, Sendable, Hashable {
    /// Only events about these projects.
    public var targetProjects: [String]?
    /// Only events about these users.
    public var targetUsers: [String]?
    /// Only events about these fleets.
    public var targetFleets: [String]?
    /// Only events about these instances.
    public var targetInstances: [String]?
    /// Only events about these runs.
    public var targetRuns: [String]?
    /// Only events about these jobs.
    public var targetJobs: [String]?
    /// Only events about these volumes.
    public var targetVolumes: [String]?
    /// Only events about these gateways.
    public var targetGateways: [String]?
    /// Only events about these replicas of gateways.
    public var targetGatewayReplicas: [String]?
    /// Only events about these secrets.
    public var targetSecrets: [String]?
    /// Only events about these presets.
    public var targetPresets: [String]?
    /// Only events about these projects and what is in them.
    public var withinProjects: [String]?
    /// Only events about these fleets and what is in them.
    public var withinFleets: [String]?
    /// Only events about these runs and their jobs.
    public var withinRuns: [String]?
    /// Only events about these gateways and what is in them.
    public var withinGateways: [String]?
    /// Only events about things of these types.
    public var includeTargetTypes: [EventTargetType]?
    /// Only what these users did; a null in the list stands for the system.
    public var actors: [String?]?
    /// Go on behind what was recorded at this time.
    public var prevRecordedAt: Timestamp?
    /// Go on behind what has this id; goes with the time.
    public var prevId: String?
    /// How many are told at most.
    public var limit: Int
    /// Oldest first; newest first where false.
    public var ascending: Bool

    public init(
        targetProjects: [String]? = nil, targetUsers: [String]? = nil, targetFleets: [String]? = nil,
        targetInstances: [String]? = nil, targetRuns: [String]? = nil, targetJobs: [String]? = nil,
        targetVolumes: [String]? = nil, targetGateways: [String]? = nil,
        targetGatewayReplicas: [String]? = nil, targetSecrets: [String]? = nil,
        targetPresets: [String]? = nil, withinProjects: [String]? = nil, withinFleets: [String]? = nil,
        withinRuns: [String]? = nil, withinGateways: [String]? = nil,
        includeTargetTypes: [EventTargetType]? = nil, actors: [String?]? = nil,
        prevRecordedAt: Timestamp? = nil, prevId: String? = nil, limit: Int = 100, ascending: Bool = false
    ) {
        self.targetProjects = targetProjects
        self.targetUsers = targetUsers
        self.targetFleets = targetFleets
        self.targetInstances = targetInstances
        self.targetRuns = targetRuns
        self.targetJobs = targetJobs
        self.targetVolumes = targetVolumes
        self.targetGateways = targetGateways
        self.targetGatewayReplicas = targetGatewayReplicas
        self.targetSecrets = targetSecrets
        self.targetPresets = targetPresets
        self.withinProjects = withinProjects
        self.withinFleets = withinFleets
        self.withinRuns = withinRuns
        self.withinGateways = withinGateways
        self.includeTargetTypes = includeTargetTypes
        self.actors = actors
        self.prevRecordedAt = prevRecordedAt
        self.prevId = prevId
        self.limit = limit
        self.ascending = ascending
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case targetProjects = "target_projects"
        case targetUsers = "target_users"
        case targetFleets = "target_fleets"
        case targetInstances = "target_instances"
        case targetRuns = "target_runs"
        case targetJobs = "target_jobs"
        case targetVolumes = "target_volumes"
        case targetGateways = "target_gateways"
        case targetGatewayReplicas = "target_gateway_replicas"
        case targetSecrets = "target_secrets"
        case targetPresets = "target_presets"
        case withinProjects = "within_projects"
        case withinFleets = "within_fleets"
        case withinRuns = "within_runs"
        case withinGateways = "within_gateways"
        case includeTargetTypes = "include_target_types"
        case actors
        case prevRecordedAt = "prev_recorded_at"
        case prevId = "prev_id"
        case limit
        case ascending
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        targetProjects = try fields.optional(.targetProjects)
        targetUsers = try fields.optional(.targetUsers)
        targetFleets = try fields.optional(.targetFleets)
        targetInstances = try fields.optional(.targetInstances)
        targetRuns = try fields.optional(.targetRuns)
        targetJobs = try fields.optional(.targetJobs)
        targetVolumes = try fields.optional(.targetVolumes)
        targetGateways = try fields.optional(.targetGateways)
        targetGatewayReplicas = try fields.optional(.targetGatewayReplicas)
        targetSecrets = try fields.optional(.targetSecrets)
        targetPresets = try fields.optional(.targetPresets)
        withinProjects = try fields.optional(.withinProjects)
        withinFleets = try fields.optional(.withinFleets)
        withinRuns = try fields.optional(.withinRuns)
        withinGateways = try fields.optional(.withinGateways)
        includeTargetTypes = try fields.optional(.includeTargetTypes)
        actors = try fields.optional(.actors)
        prevRecordedAt = try fields.optional(.prevRecordedAt)
        prevId = try fields.optional(.prevId)
        limit = try fields.value(.limit, default: 100)
        ascending = try fields.value(.ascending, default: false)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(targetProjects, forKey: .targetProjects)
        try container.encode(targetUsers, forKey: .targetUsers)
        try container.encode(targetFleets, forKey: .targetFleets)
        try container.encode(targetInstances, forKey: .targetInstances)
        try container.encode(targetRuns, forKey: .targetRuns)
        try container.encode(targetJobs, forKey: .targetJobs)
        try container.encode(targetVolumes, forKey: .targetVolumes)
        try container.encode(targetGateways, forKey: .targetGateways)
        try container.encode(targetGatewayReplicas, forKey: .targetGatewayReplicas)
        try container.encode(targetSecrets, forKey: .targetSecrets)
        try container.encode(targetPresets, forKey: .targetPresets)
        try container.encode(withinProjects, forKey: .withinProjects)
        try container.encode(withinFleets, forKey: .withinFleets)
        try container.encode(withinRuns, forKey: .withinRuns)
        try container.encode(withinGateways, forKey: .withinGateways)
        try container.encode(includeTargetTypes, forKey: .includeTargetTypes)
        try container.encode(actors, forKey: .actors)
        try container.encode(prevRecordedAt, forKey: .prevRecordedAt)
        try container.encode(prevId, forKey: .prevId)
        try container.encode(limit, forKey: .limit)
        try container.encode(ascending, forKey: .ascending)
    }
}
