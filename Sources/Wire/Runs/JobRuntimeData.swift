/// What is known of a job only once it was placed: its share of the instance, ports, directory.
public struct JobRuntimeData: Codable, Sendable, Hashable {
    /// Whether the job shares its host's network.
    public var networkMode: NetworkMode
    /// The job's share of the GPUs, nil for all.
    public var gpu: Int?
    /// The job's share of the CPUs, nil for all.
    public var cpu: Double?
    /// The job's share of the memory, nil for all.
    public var memory: Memory?
    /// Ports of the job and the host's for them; empty where the host's network is shared.
    public var ports: [Int: Int]?
    /// The names of the volumes that the job uses.
    public var volumeNames: [String]?
    /// The share of the instance that the job has, as an offer.
    public var offer: InstanceOfferWithAvailability?
    /// The directory as the runner found it, absolute.
    public var workingDir: String?
    /// The user that the runner found.
    public var username: String?

    public init(
        networkMode: NetworkMode, gpu: Int? = nil, cpu: Double? = nil, memory: Memory? = nil,
        ports: [Int: Int]? = nil, volumeNames: [String]? = nil, offer: InstanceOfferWithAvailability? = nil,
        workingDir: String? = nil, username: String? = nil
    ) {
        self.networkMode = networkMode
        self.gpu = gpu
        self.cpu = cpu
        self.memory = memory
        self.ports = ports
        self.volumeNames = volumeNames
        self.offer = offer
        self.workingDir = workingDir
        self.username = username
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case networkMode = "network_mode"
        case gpu
        case cpu
        case memory
        case ports
        case volumeNames = "volume_names"
        case offer
        case workingDir = "working_dir"
        case username
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        networkMode = try fields.required(.networkMode)
        gpu = try fields.optional(.gpu)
        cpu = try fields.optional(.cpu)
        memory = try fields.optional(.memory)
        ports = try fields.optional(.ports)
        volumeNames = try fields.optional(.volumeNames)
        offer = try fields.optional(.offer)
        workingDir = try fields.optional(.workingDir)
        username = try fields.optional(.username)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(networkMode, forKey: .networkMode)
        try container.encode(gpu, forKey: .gpu)
        try container.encode(cpu, forKey: .cpu)
        try container.encode(memory, forKey: .memory)
        try container.encode(ports, forKey: .ports)
        try container.encode(volumeNames, forKey: .volumeNames)
        try container.encode(offer, forKey: .offer)
        try container.encode(workingDir, forKey: .workingDir)
        try container.encode(username, forKey: .username)
    }
}
