/// A configuration with `type: volume`. Which fields it has depends on its backend.
public struct VolumeConfiguration: Sendable, Hashable {
    /// The provider that keeps the volume.
    public var backend: BackendType
    /// The name.
    public var name: String?
    /// Seconds without use after which the volume is deleted; -1 for never.
    public var autoCleanupDuration: Int?
    /// Names and values for the user's own use, passed on to the provider.
    public var tags: [String: String]?
    /// The region.
    public var region: String?
    /// The zone within the region.
    public var availabilityZone: String?
    /// The id of an existing volume to register.
    public var volumeID: String?
    /// The size.
    public var size: Memory?
    /// Kubernetes only, as the four that follow: an existing claim to register.
    public var claimName: String?
    /// The storage class of a new claim.
    public var storageClassName: String?
    /// The access modes that the volume accepts.
    public var accessModes: [String]
    /// Whether the volume is mounted without the right to write.
    public var readOnly: Bool

    public init(
        backend: BackendType, name: String? = nil, autoCleanupDuration: Int? = nil, tags: [String: String]? = nil,
        region: String? = nil, availabilityZone: String? = nil, volumeID: String? = nil, size: Memory? = nil,
        claimName: String? = nil, storageClassName: String? = nil, accessModes: [String] = ["ReadWriteOnce"],
        readOnly: Bool = false
    ) {
        self.backend = backend
        self.name = name
        self.autoCleanupDuration = autoCleanupDuration
        self.tags = tags
        self.region = region
        self.availabilityZone = availabilityZone
        self.volumeID = volumeID
        self.size = size
        self.claimName = claimName
        self.storageClassName = storageClassName
        self.accessModes = accessModes
        self.readOnly = readOnly
    }
}

extension VolumeConfiguration: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case type, backend, name
        case autoCleanupDuration = "auto_cleanup_duration"
        case tags, region
        case availabilityZone = "availability_zone"
        case volumeID = "volume_id"
        case size
        case claimName = "claim_name"
        case storageClassName = "storage_class_name"
        case accessModes = "access_modes"
        case readOnly = "read_only"
    }

    /// The fields that volumes of a backend have besides the common ones; nil where it has no volumes.
    private static func ownFields(of backend: BackendType) -> [CodingKeys]? {
        switch backend {
        case .aws, .gcp: [.region, .availabilityZone, .volumeID, .size]
        case .runpod: [.region, .volumeID, .size]
        case .kubernetes: [.region, .size, .claimName, .storageClassName, .accessModes, .readOnly]
        case .daytona, .lium: [.volumeID]
        default: nil
        }
    }

    private static let commonFields: [CodingKeys] = [.type, .backend, .name, .autoCleanupDuration, .tags]

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        try fields.tag(.type, "volume", isOptional: true)
        backend = try fields.required(.backend)
        guard let own = Self.ownFields(of: backend) else {
            throw fields.invalid(.backend, "'\(backend.rawValue)' has no volumes")
        }
        // Runpod has no zones; an older client's field is taken and dropped.
        let known = Self.commonFields + own + (backend == .runpod ? [.availabilityZone] : [])
        if decoder.userInfo[.rejectsUnknownFields] as? Bool == true,
            let other = fields.container.allKeys.first(where: { !known.contains($0) })
        {
            throw UnknownFieldError(path: decoder.codingPath + [other], known: known.map(\.stringValue))
        }
        name = try fields.optional(.name)
        autoCleanupDuration = try fields.idleDuration(.autoCleanupDuration)
        tags = try fields.tags(.tags)
        region = try own.contains(.region) ? fields.value(.region, default: nil) : nil
        if own.contains(.region), region == nil {
            region = backend == .kubernetes ? "" : try fields.required(.region)
        }
        availabilityZone = backend == .runpod ? nil : try fields.optional(.availabilityZone)
        volumeID = try fields.optional(.volumeID)
        size = try fields.optional(.size)
        claimName = try fields.optional(.claimName)
        storageClassName = try fields.optional(.storageClassName)
        accessModes = try fields.value(.accessModes, default: ["ReadWriteOnce"])
        readOnly = try fields.value(.readOnly, default: false)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("volume", forKey: .type)
        try container.encode(backend, forKey: .backend)
        try container.encode(name, forKey: .name)
        try container.encode(autoCleanupDuration, forKey: .autoCleanupDuration)
        try container.encode(tags, forKey: .tags)
        for key in Self.ownFields(of: backend) ?? [] {
            switch key {
            case .region: try container.encode(region, forKey: key)
            case .availabilityZone: try container.encode(availabilityZone, forKey: key)
            case .volumeID: try container.encode(volumeID, forKey: key)
            case .size: try container.encode(size, forKey: key)
            case .claimName: try container.encode(claimName, forKey: key)
            case .storageClassName: try container.encode(storageClassName, forKey: key)
            case .accessModes: try container.encode(accessModes, forKey: key)
            case .readOnly: try container.encode(readOnly, forKey: key)
            case .type, .backend, .name, .autoCleanupDuration, .tags: break
            }
        }
    }
}
