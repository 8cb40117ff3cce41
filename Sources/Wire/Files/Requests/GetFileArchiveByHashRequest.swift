/// Body of `files/get_archive_by_hash`.
public struct GetFileArchiveByHashRequest: Codable, Sendable, Hashable {
    /// The SHA-256 of the archive, in hexadecimal.
    public var hash: String

    public init(hash: String) {
        self.hash = hash
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case hash
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        hash = try fields.required(.hash)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(hash, forKey: .hash)
    }
}
