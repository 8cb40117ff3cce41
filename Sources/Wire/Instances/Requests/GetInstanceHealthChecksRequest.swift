/// Body of `instances/get_instance_health_checks`.
public struct GetInstanceHealthChecksRequest: Codable, Sendable, Hashable {
    /// The name of its fleet.
    public var fleetName: String
    /// The number of the instance in its fleet, from 0.
    public var instanceNum: Int
    /// Only checks after this time.
    public var after: Timestamp?
    /// Only checks before this time.
    public var before: Timestamp?
    /// How many are told at most.
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
