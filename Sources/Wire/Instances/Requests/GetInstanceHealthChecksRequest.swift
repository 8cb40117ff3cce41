/// Body of `instances/get_instance_health_checks`.
public struct GetInstanceHealthChecksRequest: Codable, Sendable, Hashable {
    public var fleetName: String
    public var instanceNum: Int
    public var after: Timestamp?
    public var before: Timestamp?
    public var limit: Int?

    public init(
        fleetName: String, instanceNum: Int, after: Timestamp? = nil, before: Timestamp? = nil,
        limit: Int? = nil
    ) {
        self.fleetName = fleetName
        self.instanceNum = instanceNum
        self.after = after
        self.before = before
        self.limit = limit
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case fleetName = "fleet_name"
        case instanceNum = "instance_num"
        case after
        case before
        case limit
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        fleetName = try fields.required(.fleetName)
        instanceNum = try fields.required(.instanceNum)
        after = try fields.optional(.after)
        before = try fields.optional(.before)
        limit = try fields.optional(.limit)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(fleetName, forKey: .fleetName)
        try container.encode(instanceNum, forKey: .instanceNum)
        try container.encode(after, forKey: .after)
        try container.encode(before, forKey: .before)
        try container.encode(limit, forKey: .limit)
    }
}
