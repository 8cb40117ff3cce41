/// Answer of the shim's `GET /api/instance/health`.
public struct ShimHealth: Codable, Sendable, Equatable {
    /// What NVIDIA's DCGM says of the GPUs, from a shim that has it.
    public var dcgm: DCGMHealth?
    /// Ours: what the shim found on its host.
    public var findings: [HostFinding]?
    /// Ours: what the host uses.
    public var usage: HostUsage?

    public init(dcgm: DCGMHealth? = nil, findings: [HostFinding]? = nil, usage: HostUsage? = nil) {
        self.dcgm = dcgm
        self.findings = findings
        self.usage = usage
    }

    enum CodingKeys: String, CodingKey {
        case dcgm, findings, usage
    }

    /// `dcgm` is written as null where there is none, as dstack's shim does.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(dcgm, forKey: .dcgm)
        try container.encodeIfPresent(findings, forKey: .findings)
        try container.encodeIfPresent(usage, forKey: .usage)
    }
}

/// What is not as it should be on a host.
public struct HostFinding: Codable, Sendable, Hashable {
    public var status: HealthStatus
    /// What it is and what to do, in words.
    public var message: String

    public init(status: HealthStatus, message: String) {
        self.status = status
        self.message = message
    }
}

/// DCGM's word on the GPUs. Numbers are its own: 0 is well, 10 a warning, 20 a failure.
public struct DCGMHealth: Codable, Sendable, Equatable {
    public struct Incident: Codable, Sendable, Equatable {
        public var health: Int
        public var message: String

        public init(health: Int, message: String) {
            self.health = health
            self.message = message
        }

        enum CodingKeys: String, CodingKey {
            case health
            case message = "error_message"
        }
    }

    public var overall: Int
    public var incidents: [Incident]

    public init(overall: Int, incidents: [Incident]) {
        self.overall = overall
        self.incidents = incidents
    }

    enum CodingKeys: String, CodingKey {
        case overall = "overall_health"
        case incidents
    }
}

/// What a host uses at one moment.
public struct HostUsage: Codable, Sendable, Equatable {
    /// Microseconds since the epoch on the host's clock.
    public var timestampMicro: Int64
    /// Processor time that all cores spent working since the host booted, microseconds.
    public var cpuUsageMicro: Int64
    /// Load average of the last minute.
    public var load: Double
    /// Bytes.
    public var memoryTotal: Int64
    /// Bytes that are neither free nor a cache that can be given back.
    public var memoryUsed: Int64
    /// Bytes of the file system that jobs' data is on.
    public var diskTotal: Int64
    /// Bytes of it that are in use.
    public var diskUsed: Int64

    public init(
        timestampMicro: Int64, cpuUsageMicro: Int64, load: Double, memoryTotal: Int64, memoryUsed: Int64,
        diskTotal: Int64, diskUsed: Int64
    ) {
        self.timestampMicro = timestampMicro
        self.cpuUsageMicro = cpuUsageMicro
        self.load = load
        self.memoryTotal = memoryTotal
        self.memoryUsed = memoryUsed
        self.diskTotal = diskTotal
        self.diskUsed = diskUsed
    }

    enum CodingKeys: String, CodingKey {
        case load
        case timestampMicro = "timestamp_micro"
        case cpuUsageMicro = "cpu_usage_micro"
        case memoryTotal = "memory_total_bytes"
        case memoryUsed = "memory_used_bytes"
        case diskTotal = "disk_total_bytes"
        case diskUsed = "disk_used_bytes"
    }
}

extension ShimHealth {
    /// What was found, DCGM's incidents among it; the worst first.
    public var allFindings: [HostFinding] {
        let incidents = (dcgm?.incidents ?? []).map {
            HostFinding(status: Self.status(dcgm: $0.health), message: $0.message)
        }
        return ((findings ?? []) + incidents).sorted { $0.status.severity > $1.status.severity }
    }

    /// The host's state: that of the worst finding.
    public var status: HealthStatus {
        let overall = dcgm.map { Self.status(dcgm: $0.overall) } ?? .healthy
        let worst = allFindings.first?.status ?? .healthy
        return worst.severity > overall.severity ? worst : overall
    }

    private static func status(dcgm number: Int) -> HealthStatus {
        number >= 20 ? .failure : number >= 10 ? .warning : .healthy
    }
}

extension HealthStatus {
    /// 0 for healthy, 1 for a warning, 2 for a failure.
    public var severity: Int {
        switch self {
        case .healthy: 0
        case .warning: 1
        case .failure: 2
        }
    }
}
