/// An uploaded archive of files.
public struct FileArchive: Codable, Sendable, Hashable {
    /// A UUID, in lowercase.
    public var id: String
    /// The SHA-256 of the archive, in hexadecimal.
    public var hash: String

    public init(id: String, hash: String) {
        self.id = id
        self.hash = hash
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case id
        case hash
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        id = try fields.required(.id)
        hash = try fields.required(.hash)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(hash, forKey: .hash)
    }
}
