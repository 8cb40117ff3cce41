/// An uploaded archive and the path in the container to unpack it at.
public struct FileArchiveMapping: Codable, Sendable, Hashable {
    /// A UUID, in lowercase.
    public var id: String
    /// The path in the run.
    public var path: String

    public init(id: String, path: String) {
        self.id = id
        self.path = path
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case id
        case path
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        id = try fields.required(.id)
        path = try fields.required(.path)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(path, forKey: .path)
    }
}
