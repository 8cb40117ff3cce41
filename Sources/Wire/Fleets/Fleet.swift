/// A fleet and its instances.
public struct Fleet: Codable, Sendable, Hashable {
    /// A UUID, in lowercase.
    public var id: String
    /// The name.
    public var name: String
    /// The name of the project.
    public var projectName: String
    /// What the user asked for.
    public var spec: FleetSpec
    /// When it was created.
    public var createdAt: Timestamp
    /// What state it is in.
    public var status: FleetStatus
    /// The state in words, as clients show it.
    public var statusMessage: String?
    /// The instances of the fleet.
    public var instances: [Instance]

    public init(
        id: String, name: String, projectName: String, spec: FleetSpec, createdAt: Timestamp,
        status: FleetStatus, statusMessage: String? = nil, instances: [Instance]
    ) {
        self.id = id
        self.name = name
        self.projectName = projectName
        self.spec = spec
        self.createdAt = createdAt
        self.status = status
        self.statusMessage = statusMessage
        self.instances = instances
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case id
        case name
        case projectName = "project_name"
        case spec
        case createdAt = "created_at"
        case status
        case statusMessage = "status_message"
        case instances
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        id = try fields.required(.id)
        name = try fields.required(.name)
        projectName = try fields.required(.projectName)
        spec = try fields.required(.spec)
        createdAt = try fields.required(.createdAt)
        status = try fields.required(.status)
        statusMessage = try fields.optional(.statusMessage)
        instances = try fields.required(.instances)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
        try container.encode(projectName, forKey: .projectName)
        try container.encode(spec, forKey: .spec)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(status, forKey: .status)
        try container.encode(statusMessage, forKey: .statusMessage)
        try container.encode(instances, forKey: .instances)
    }
}
