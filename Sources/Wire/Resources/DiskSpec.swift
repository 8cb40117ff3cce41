/// The disk that a configuration asks for: `200GB`, `100GB..`, or by its field.
public struct DiskSpec: Sendable, Hashable {
    /// The size.
    public var size: MemoryRange

    public init(size: MemoryRange) {
        self.size = size
    }

    /// 100 GB or more: the default of a configuration.
    public static let standard = DiskSpec(size: MemoryRange(min: Memory(gigabytes: 100)))
}

extension DiskSpec: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case size
    }

    public init(from decoder: any Decoder) throws {
        if case .object = try JSONValue(from: decoder) {
            size = try Fields<CodingKeys>(decoder).required(.size)
        } else {
            size = try MemoryRange(from: decoder)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(size, forKey: .size)
    }
}
