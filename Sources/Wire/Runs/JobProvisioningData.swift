/// The instance that a job runs on and how to reach it.
public struct JobProvisioningData: Codable, Sendable, Hashable {
    /// The provider of the instance.
    public var backend: BackendType
    /// The backend that provides the instance for `backend`, where that is another.
    public var baseBackend: BackendType?
    /// The kind of instance.
    public var instanceType: InstanceType
    /// The backend's id of the instance.
    public var instanceId: String
    /// The public address, or the private one where there is no public; nil until known.
    public var hostname: String?
    /// The private address by which nodes reach one another.
    public var internalIp: String?
    /// Whether the instance has a public address.
    public var publicIpEnabled: Bool
    /// The network in which the nodes reach one another, as address and mask.
    public var instanceNetwork: String?
    /// The region.
    public var region: String
    /// The zone within the region.
    public var availabilityZone: String?
    /// The reservation to take the instance from.
    public var reservation: String?
    /// The price, dollars an hour.
    public var price: Double
    /// The name of the user.
    public var username: String
    /// The port of the host's SSH server, nil until known.
    public var sshPort: Int?
    /// Whether the instance has a shim, and so runs jobs in containers.
    public var dockerized: Bool
    /// The host to jump through, nil for none.
    public var sshProxy: SSHConnectionParams?
    /// What only the backend understands.
    public var backendData: String?
    /// The driver, where it is known.
    public var gpuDriver: GpuDriverInfo?

    public init(
        backend: BackendType, baseBackend: BackendType? = nil, instanceType: InstanceType,
        instanceId: String, hostname: String? = nil, internalIp: String? = nil, publicIpEnabled: Bool = true,
        instanceNetwork: String? = nil, region: String, availabilityZone: String? = nil,
        reservation: String? = nil, price: Double, username: String, sshPort: Int? = nil, dockerized: Bool,
        sshProxy: SSHConnectionParams? = nil, backendData: String? = nil, gpuDriver: GpuDriverInfo? = nil
    ) {
        self.backend = backend
        self.baseBackend = baseBackend
        self.instanceType = instanceType
        self.instanceId = instanceId
        self.hostname = hostname
        self.internalIp = internalIp
        self.publicIpEnabled = publicIpEnabled
        self.instanceNetwork = instanceNetwork
        self.region = region
        self.availabilityZone = availabilityZone
        self.reservation = reservation
        self.price = price
        self.username = username
        self.sshPort = sshPort
        self.dockerized = dockerized
        self.sshProxy = sshProxy
        self.backendData = backendData
        self.gpuDriver = gpuDriver
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case backend
        case baseBackend = "base_backend"
        case instanceType = "instance_type"
        case instanceId = "instance_id"
        case hostname
        case internalIp = "internal_ip"
        case publicIpEnabled = "public_ip_enabled"
        case instanceNetwork = "instance_network"
        case region
        case availabilityZone = "availability_zone"
        case reservation
        case price
        case username
        case sshPort = "ssh_port"
        case dockerized
        case sshProxy = "ssh_proxy"
        case backendData = "backend_data"
        case gpuDriver = "gpu_driver"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        backend = try fields.required(.backend)
        baseBackend = try fields.optional(.baseBackend)
        instanceType = try fields.required(.instanceType)
        instanceId = try fields.required(.instanceId)
        hostname = try fields.optional(.hostname)
        internalIp = try fields.optional(.internalIp)
        publicIpEnabled = try fields.value(.publicIpEnabled, default: true)
        instanceNetwork = try fields.optional(.instanceNetwork)
        region = try fields.required(.region)
        availabilityZone = try fields.optional(.availabilityZone)
        reservation = try fields.optional(.reservation)
        price = try fields.required(.price)
        username = try fields.required(.username)
        sshPort = try fields.optional(.sshPort)
        dockerized = try fields.required(.dockerized)
        sshProxy = try fields.optional(.sshProxy)
        backendData = try fields.optional(.backendData)
        gpuDriver = try fields.optional(.gpuDriver)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(backend, forKey: .backend)
        try container.encode(baseBackend, forKey: .baseBackend)
        try container.encode(instanceType, forKey: .instanceType)
        try container.encode(instanceId, forKey: .instanceId)
        try container.encode(hostname, forKey: .hostname)
        try container.encode(internalIp, forKey: .internalIp)
        try container.encode(publicIpEnabled, forKey: .publicIpEnabled)
        try container.encode(instanceNetwork, forKey: .instanceNetwork)
        try container.encode(region, forKey: .region)
        try container.encode(availabilityZone, forKey: .availabilityZone)
        try container.encode(reservation, forKey: .reservation)
        try container.encode(price, forKey: .price)
        try container.encode(username, forKey: .username)
        try container.encode(sshPort, forKey: .sshPort)
        try container.encode(dockerized, forKey: .dockerized)
        try container.encode(sshProxy, forKey: .sshProxy)
        try container.encode(backendData, forKey: .backendData)
        try container.encode(gpuDriver, forKey: .gpuDriver)
    }
}
