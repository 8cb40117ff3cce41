/// The disk of an instance.
public struct Disk: Codable, Sendable, Hashable {
    /// The size in MiB; 0 where unknown.
    public var sizeMib: Int

    public init(sizeMib: Int) {
        self.sizeMib = sizeMib
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case sizeMib = "size_mib"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        sizeMib = try fields.required(.sizeMib)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sizeMib, forKey: .sizeMib)
    }
}
