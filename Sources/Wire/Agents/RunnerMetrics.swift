/// Answer of the runner's `GET /api/metrics`.
public struct RunnerMetrics: Codable, Sendable, Equatable {
    /// Microseconds since the epoch.
    public var timestampMicro: Int64
    /// Processor time of the job so far, in microseconds.
    public var cpuUsageMicro: Int64
    public var memoryUsageBytes: Int64
    public var memoryWorkingSetBytes: Int64
    /// One for each GPU of the job.
    public var gpus: [RunnerGPUMetrics]

    public init(
        timestampMicro: Int64, cpuUsageMicro: Int64, memoryUsageBytes: Int64, memoryWorkingSetBytes: Int64,
        gpus: [RunnerGPUMetrics]
    ) {
        self.timestampMicro = timestampMicro
        self.cpuUsageMicro = cpuUsageMicro
        self.memoryUsageBytes = memoryUsageBytes
        self.memoryWorkingSetBytes = memoryWorkingSetBytes
        self.gpus = gpus
    }

    enum CodingKeys: String, CodingKey {
        case gpus
        case timestampMicro = "timestamp_micro"
        case cpuUsageMicro = "cpu_usage_micro"
        case memoryUsageBytes = "memory_usage_bytes"
        case memoryWorkingSetBytes = "memory_working_set_bytes"
    }
}

/// What one GPU of a job is used for.
public struct RunnerGPUMetrics: Codable, Sendable, Equatable {
    public var gpuMemoryUsageBytes: Int64
    /// 0 to 100.
    public var gpuUtilPercent: Int

    public init(gpuMemoryUsageBytes: Int64, gpuUtilPercent: Int) {
        self.gpuMemoryUsageBytes = gpuMemoryUsageBytes
        self.gpuUtilPercent = gpuUtilPercent
    }

    enum CodingKeys: String, CodingKey {
        case gpuMemoryUsageBytes = "gpu_memory_usage_bytes"
        case gpuUtilPercent = "gpu_util_percent"
    }
}
