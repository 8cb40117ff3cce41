/// A path of the host and the path to mount it at.
public struct InstanceMountPoint: Codable, Sendable, Hashable {
    /// The absolute path on the host.
    public var instancePath: String
    /// The path in the run.
    public var path: String
    /// Whether the run may go without this mount.
    public var optional: Bool

    public init(instancePath: String, path: String, optional: Bool = false) {
        self.instancePath = instancePath
        self.path = path
        self.optional = optional
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case instancePath = "instance_path"
        case path
        case optional
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        instancePath = try fields.required(.instancePath)
        path = try fields.required(.path)
        optional = try fields.value(.optional, default: false)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(instancePath, forKey: .instancePath)
        try container.encode(path, forKey: .path)
        try container.encode(optional, forKey: .optional)
    }
}
