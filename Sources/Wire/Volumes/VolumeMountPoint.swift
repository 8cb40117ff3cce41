/// A network volume and the path to mount it at.
public struct VolumeMountPoint: Codable, Sendable, Hashable {
    /// The volume, or several of which any one will do.
    public var name: VolumeNames
    /// The path in the run.
    public var path: String

    public init(name: VolumeNames, path: String) {
        self.name = name
        self.path = path
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name
        case path
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        name = try fields.required(.name)
        path = try fields.required(.path)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(path, forKey: .path)
    }
}
