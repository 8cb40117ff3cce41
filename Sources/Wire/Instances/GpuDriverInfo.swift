/// The accelerator driver on a host.
public struct GpuDriverInfo: Codable, Sendable, Hashable {
    /// The maker, nil where unknown.
    public var vendor: AcceleratorVendor?
    /// The version.
    public var version: String

    public init(vendor: AcceleratorVendor? = nil, version: String) {
        self.vendor = vendor
        self.version = version
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case vendor
        case version
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        vendor = try fields.optional(.vendor)
        version = try fields.required(.version)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(vendor, forKey: .vendor)
        try container.encode(version, forKey: .version)
    }
}
