/// Answer of an agent's `GET /api/healthcheck`.
public struct AgentHealth: Codable, Sendable, Equatable {
    /// `dstack-shim` or `dstack-runner`.
    public var service: String
    public var version: String
    /// Ours: tells one build from another (size and time of the program's file).
    public var build: String?

    public init(service: String, version: String, build: String? = nil) {
        self.service = service
        self.version = version
        self.build = build
    }
}

/// Answer of the shim's `GET /api/instance/info`. What the host does not have is left out.
public struct ShimInstanceInfo: Codable, Sendable, Equatable {
    /// `nvidia`, `amd`, …
    public var gpuVendor: String?
    public var gpuDriverVersion: String?
    /// Ours: `docker` where a Docker Engine answers, else `process`.
    public var runtime: String?
    /// Ours: the Docker Engine's version.
    public var runtimeVersion: String?

    public init(
        gpuVendor: String? = nil, gpuDriverVersion: String? = nil, runtime: String? = nil, runtimeVersion: String? = nil
    ) {
        self.gpuVendor = gpuVendor
        self.gpuDriverVersion = gpuDriverVersion
        self.runtime = runtime
        self.runtimeVersion = runtimeVersion
    }

    enum CodingKeys: String, CodingKey {
        case gpuVendor = "gpu_vendor"
        case runtime
        case gpuDriverVersion = "gpu_driver_version"
        case runtimeVersion = "runtime_version"
    }
}

/// Body of the shim's `POST /api/shutdown`.
public struct ShimShutdownRequest: Codable, Sendable, Equatable {
    /// Whether to leave without waiting for requests that are being answered. Tasks stay in either case.
    public var force: Bool

    public init(force: Bool) {
        self.force = force
    }
}
