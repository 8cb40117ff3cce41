/// What an instance has.
public struct Resources: Codable, Sendable, Hashable {
    /// The number of CPUs; 0 where unknown.
    public var cpus: Int
    /// The memory in MiB; 0 where unknown.
    public var memoryMib: Int
    /// The GPUs, one entry each.
    public var gpus: [Gpu]
    /// Whether it is a spot instance.
    public var spot: Bool
    /// The disk.
    public var disk: Disk
    /// The architecture, nil where unknown.
    public var cpuArch: CPUArchitecture?
    /// No longer used; kept since older clients send it back.
    public var description: String

    public init(
        cpus: Int, memoryMib: Int, gpus: [Gpu], spot: Bool, disk: Disk = Disk(sizeMib: 102_400),
        cpuArch: CPUArchitecture? = nil, description: String = ""
    ) {
        self.cpus = cpus
        self.memoryMib = memoryMib
        self.gpus = gpus
        self.spot = spot
        self.disk = disk
        self.cpuArch = cpuArch
        self.description = description
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case cpus
        case memoryMib = "memory_mib"
        case gpus
        case spot
        case disk
        case cpuArch = "cpu_arch"
        case description
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        cpus = try fields.required(.cpus)
        memoryMib = try fields.required(.memoryMib)
        gpus = try fields.required(.gpus)
        spot = try fields.required(.spot)
        disk = try fields.value(.disk, default: Disk(sizeMib: 102_400))
        cpuArch = try fields.optional(.cpuArch)
        description = try fields.value(.description, default: "")
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(cpus, forKey: .cpus)
        try container.encode(memoryMib, forKey: .memoryMib)
        try container.encode(gpus, forKey: .gpus)
        try container.encode(spot, forKey: .spot)
        try container.encode(disk, forKey: .disk)
        try container.encode(cpuArch, forKey: .cpuArch)
        try container.encode(description, forKey: .description)
    }
}
