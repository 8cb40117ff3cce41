/// One GPU of an instance.
public struct Gpu: Codable, Sendable, Hashable {
    /// The model, as `A100`.
    public var name: String
    /// The memory in MiB; 0 where unknown.
    public var memoryMib: Int
    /// The maker, nil where unknown.
    public var vendor: AcceleratorVendor?

    public init(name: String, memoryMib: Int, vendor: AcceleratorVendor? = nil) {
        self.name = name
        self.memoryMib = memoryMib
        self.vendor = vendor
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name
        case memoryMib = "memory_mib"
        case vendor
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        name = try fields.required(.name)
        memoryMib = try fields.required(.memoryMib)
        vendor = try fields.optional(.vendor)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(memoryMib, forKey: .memoryMib)
        try container.encode(vendor, forKey: .vendor)
    }
}
