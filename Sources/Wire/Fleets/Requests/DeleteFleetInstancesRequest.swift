/// Body of `fleets/delete_instances`.
public struct DeleteFleetInstancesRequest: Codable, Sendable, Hashable {
    /// The name.
    public var name: String
    /// The numbers of the instances.
    public var instanceNums: [Int]

    public init(name: String, instanceNums: [Int]) {
        self.name = name
        self.instanceNums = instanceNums
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name
        case instanceNums = "instance_nums"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        name = try fields.required(.name)
        instanceNums = try fields.required(.instanceNums)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(instanceNums, forKey: .instanceNums)
    }
}
