/// An instance of a fleet.
public struct Instance: Codable, Sendable, Hashable {
    /// A UUID, in lowercase.
    public var id: String
    /// The name of the project.
    public var projectName: String
    /// The provider of the instance.
    public var backend: BackendType?
    /// The kind of instance.
    public var instanceType: InstanceType?
    /// The name.
    public var name: String
    /// The id of its fleet.
    public var fleetId: String?
    /// The name of its fleet.
    public var fleetName: String?
    /// The number of the instance in its fleet, from 0.
    public var instanceNum: Int
    /// Always nil; an instance can have several jobs.
    public var jobName: String?
    /// The name or address of the host.
    public var hostname: String?
    /// What state it is in.
    public var status: InstanceStatus
    /// Whether the instance does not answer at present.
    public var unreachable: Bool
    /// What the last check said.
    public var healthStatus: HealthStatus
    /// Why it ended; nil also for a reason that is not known here.
    public var terminationReason: InstanceTerminationReason?
    /// More on why it ended, in words.
    public var terminationReasonMessage: String?
    /// When the instance was asked for.
    public var created: Timestamp
    /// When it ended.
    public var finishedAt: Timestamp?
    /// The region.
    public var region: String?
    /// The zone within the region.
    public var availabilityZone: String?
    /// The price, dollars an hour.
    public var price: Double?
    /// Into how many blocks the instance is split.
    public var totalBlocks: Int?
    /// How many blocks have jobs.
    public var busyBlocks: Int
    /// The driver, where it is known.
    public var gpuDriver: GpuDriverInfo?
    /// What it is at while it is set up or removed, in words; not in dstack's answers, and left out where there is none.
    public var statusMessage: String?

    public init(
        id: String, projectName: String, backend: BackendType? = nil, instanceType: InstanceType? = nil,
        name: String, fleetId: String? = nil, fleetName: String? = nil, instanceNum: Int,
        jobName: String? = nil, hostname: String? = nil, status: InstanceStatus, unreachable: Bool = false,
        healthStatus: HealthStatus = .healthy, terminationReason: InstanceTerminationReason? = nil,
        terminationReasonMessage: String? = nil, created: Timestamp, finishedAt: Timestamp? = nil,
        region: String? = nil, availabilityZone: String? = nil, price: Double? = nil,
        totalBlocks: Int? = nil, busyBlocks: Int = 0, gpuDriver: GpuDriverInfo? = nil,
        statusMessage: String? = nil
    ) {
        self.id = id
        self.projectName = projectName
        self.backend = backend
        self.instanceType = instanceType
        self.name = name
        self.fleetId = fleetId
        self.fleetName = fleetName
        self.instanceNum = instanceNum
        self.jobName = jobName
        self.hostname = hostname
        self.status = status
        self.unreachable = unreachable
        self.healthStatus = healthStatus
        self.terminationReason = terminationReason
        self.terminationReasonMessage = terminationReasonMessage
        self.created = created
        self.finishedAt = finishedAt
        self.region = region
        self.availabilityZone = availabilityZone
        self.price = price
        self.totalBlocks = totalBlocks
        self.busyBlocks = busyBlocks
        self.gpuDriver = gpuDriver
        self.statusMessage = statusMessage
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case id
        case projectName = "project_name"
        case backend
        case instanceType = "instance_type"
        case name
        case fleetId = "fleet_id"
        case fleetName = "fleet_name"
        case instanceNum = "instance_num"
        case jobName = "job_name"
        case hostname
        case status
        case unreachable
        case healthStatus = "health_status"
        case terminationReason = "termination_reason"
        case terminationReasonMessage = "termination_reason_message"
        case created
        case finishedAt = "finished_at"
        case region
        case availabilityZone = "availability_zone"
        case price
        case totalBlocks = "total_blocks"
        case busyBlocks = "busy_blocks"
        case gpuDriver = "gpu_driver"
        case statusMessage = "status_message"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        id = try fields.required(.id)
        projectName = try fields.required(.projectName)
        backend = try fields.optional(.backend)
        instanceType = try fields.optional(.instanceType)
        name = try fields.required(.name)
        fleetId = try fields.optional(.fleetId)
        fleetName = try fields.optional(.fleetName)
        instanceNum = try fields.required(.instanceNum)
        jobName = try fields.optional(.jobName)
        hostname = try fields.optional(.hostname)
        status = try fields.required(.status)
        unreachable = try fields.value(.unreachable, default: false)
        healthStatus = try fields.value(.healthStatus, default: .healthy)
        terminationReason = try fields.known(.terminationReason)
        terminationReasonMessage = try fields.optional(.terminationReasonMessage)
        created = try fields.required(.created)
        finishedAt = try fields.optional(.finishedAt)
        region = try fields.optional(.region)
        availabilityZone = try fields.optional(.availabilityZone)
        price = try fields.optional(.price)
        totalBlocks = try fields.optional(.totalBlocks)
        busyBlocks = try fields.value(.busyBlocks, default: 0)
        gpuDriver = try fields.optional(.gpuDriver)
        statusMessage = try fields.optional(.statusMessage)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(projectName, forKey: .projectName)
        try container.encode(backend, forKey: .backend)
        try container.encode(instanceType, forKey: .instanceType)
        try container.encode(name, forKey: .name)
        try container.encode(fleetId, forKey: .fleetId)
        try container.encode(fleetName, forKey: .fleetName)
        try container.encode(instanceNum, forKey: .instanceNum)
        try container.encode(jobName, forKey: .jobName)
        try container.encode(hostname, forKey: .hostname)
        try container.encode(status, forKey: .status)
        try container.encode(unreachable, forKey: .unreachable)
        try container.encode(healthStatus, forKey: .healthStatus)
        try container.encode(terminationReason, forKey: .terminationReason)
        try container.encode(terminationReasonMessage, forKey: .terminationReasonMessage)
        try container.encode(created, forKey: .created)
        try container.encode(finishedAt, forKey: .finishedAt)
        try container.encode(region, forKey: .region)
        try container.encode(availabilityZone, forKey: .availabilityZone)
        try container.encode(price, forKey: .price)
        try container.encode(totalBlocks, forKey: .totalBlocks)
        try container.encode(busyBlocks, forKey: .busyBlocks)
        try container.encode(gpuDriver, forKey: .gpuDriver)
        try container.encodeIfPresent(statusMessage, forKey: .statusMessage)
    }
}
