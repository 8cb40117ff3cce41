/// A group of equal replicas in a service.
public struct ReplicaGroup: Codable, Sendable, Hashable {
    /// The name.
    public var name: String?
    /// How many replicas, as a number or a range.
    public var replicas: CountRange
    /// How the number of replicas follows the load.
    public var scaling: ScalingSpec?
    /// What the instance must have.
    public var resources: ResourcesSpec
    /// Spot, on-demand or either.
    public var spotPolicy: SpotPolicy?
    /// The reservation to take the instance from.
    public var reservation: String?
    /// The shell commands to run, in this order.
    public var commands: [String]
    /// The name of the container image.
    public var image: String?
    /// The version of Python, nil for the default.
    public var python: PythonVersion?
    /// Whether the image has NVIDIA's compiler.
    public var nvcc: Bool?
    /// Whether the run gets a Docker daemon of its own.
    public var docker: Bool?
    /// Whether the container gets all of the host's rights.
    public var privileged: Bool?
    /// The router that the group runs, nil for none.
    public var router: ReplicaGroupRouterConfig?

    public init(
        name: String? = nil, replicas: CountRange, scaling: ScalingSpec? = nil,
        resources: ResourcesSpec = ResourcesSpec(), spotPolicy: SpotPolicy? = nil,
        reservation: String? = nil, commands: [String] = [], image: String? = nil,
        python: PythonVersion? = nil, nvcc: Bool? = nil, docker: Bool? = nil, privileged: Bool? = nil,
        router: ReplicaGroupRouterConfig? = nil
    ) {
        self.name = name
        self.replicas = replicas
        self.scaling = scaling
        self.resources = resources
        self.spotPolicy = spotPolicy
        self.reservation = reservation
        self.commands = commands
        self.image = image
        self.python = python
        self.nvcc = nvcc
        self.docker = docker
        self.privileged = privileged
        self.router = router
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name
        case replicas
        case scaling
        case resources
        case spotPolicy = "spot_policy"
        case reservation
        case commands
        case image
        case python
        case nvcc
        case docker
        case privileged
        case router
        /// An older name of `replicas`.
        case count
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        name = try fields.optional(.name)
        replicas = try Self.replicas(fields)
        scaling = try fields.optional(.scaling)
        resources = try fields.value(.resources, default: ResourcesSpec())
        spotPolicy = try fields.optional(.spotPolicy)
        reservation = try fields.optional(.reservation)
        commands = try fields.value(.commands, default: [])
        image = try fields.optional(.image)
        python = try fields.optional(.python)
        nvcc = try fields.optional(.nvcc)
        docker = try fields.optional(.docker)
        privileged = try fields.optional(.privileged)
        router = try fields.optional(.router)
        try validate(fields)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(replicas, forKey: .replicas)
        try container.encode(scaling, forKey: .scaling)
        try container.encode(resources, forKey: .resources)
        try container.encode(spotPolicy, forKey: .spotPolicy)
        try container.encode(reservation, forKey: .reservation)
        try container.encode(commands, forKey: .commands)
        try container.encode(image, forKey: .image)
        try container.encode(python, forKey: .python)
        try container.encode(nvcc, forKey: .nvcc)
        try container.encode(docker, forKey: .docker)
        try container.encode(privileged, forKey: .privileged)
        try container.encode(router, forKey: .router)
    }
}
