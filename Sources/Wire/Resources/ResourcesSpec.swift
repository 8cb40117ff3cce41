/// The resources that a configuration asks for.
public struct ResourcesSpec: Codable, Sendable, Hashable {
    /// The CPUs.
    public var cpu: CPUSpec
    /// The memory.
    public var memory: MemoryRange
    /// The size of /dev/shm, nil for the default.
    public var shmSize: Memory?
    /// The GPUs, nil for no requirement.
    public var gpu: GPUSpec?
    /// The disk.
    public var disk: DiskSpec?

    public init(
        cpu: CPUSpec = CPUSpec(), memory: MemoryRange = .standard, shmSize: Memory? = nil,
        gpu: GPUSpec? = .any, disk: DiskSpec? = .standard
    ) {
        self.cpu = cpu
        self.memory = memory
        self.shmSize = shmSize
        self.gpu = gpu
        self.disk = disk
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case cpu
        case memory
        case shmSize = "shm_size"
        case gpu
        case disk
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        cpu = try fields.value(.cpu, default: CPUSpec())
        memory = try fields.value(.memory, default: .standard)
        shmSize = try fields.optional(.shmSize)
        gpu = try fields.nullable(.gpu, default: .any)
        disk = try fields.nullable(.disk, default: .standard)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(cpu, forKey: .cpu)
        try container.encode(memory, forKey: .memory)
        try container.encode(shmSize, forKey: .shmSize)
        try container.encode(gpu, forKey: .gpu)
        try container.encode(disk, forKey: .disk)
    }
}
