/// The GPUs that a configuration asks for: `2`, `A100:2`, `24GB..:1..2`, `nvidia:16GB`, or by fields.
public struct GPUSpec: Sendable, Hashable {
    /// The maker, nil for any.
    public var vendor: AcceleratorVendor?
    /// The models that will do, nil for any.
    public var name: [String]?
    /// How many.
    public var count: CountRange
    /// The memory of each GPU.
    public var memory: MemoryRange?
    /// The memory of all GPUs together.
    public var totalMemory: MemoryRange?
    /// The least compute capability, as `7.5`.
    public var computeCapability: ComputeCapability?

    public init(
        vendor: AcceleratorVendor? = nil, name: [String]? = nil, count: CountRange = CountRange(min: 1),
        memory: MemoryRange? = nil, totalMemory: MemoryRange? = nil, computeCapability: ComputeCapability? = nil
    ) {
        self.vendor = vendor
        self.name = name
        self.count = count
        self.memory = memory
        self.totalMemory = totalMemory
        self.computeCapability = computeCapability
    }

    /// Any number of GPUs, none included: the default of a configuration.
    public static let any = GPUSpec(count: CountRange(min: 0))
}

extension GPUSpec: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case vendor, name, count, memory
        case totalMemory = "total_memory"
        case computeCapability = "compute_capability"
    }

    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        switch value {
        case .string(let text): try self.init(shorthand: text, at: decoder)
        case .integer(let number): try self.init(shorthand: String(number), at: decoder)
        case .object: try self.init(fieldsOf: decoder, name: value["name"])
        case .null, .bool, .number, .array:
            throw decoder.invalid("expected GPUs like 2, A100:2 or 24GB..:1..2, found \(value.excerpt)")
        }
    }

    private init(fieldsOf decoder: any Decoder, name: JSONValue?) throws {
        let fields = try Fields<CodingKeys>(decoder)
        vendor = try fields.optional(.vendor)
        switch name {
        case .array, nil: self.name = try fields.optional(.name)
        case .null: self.name = nil
        default: self.name = [try fields.required(.name)]
        }
        self.name = self.name?.map { $0.hasPrefix("tpu-") ? String($0.dropFirst(4)) : $0 }
        count = try fields.value(.count, default: CountRange(min: 1))
        memory = try fields.optional(.memory)
        totalMemory = try fields.optional(.totalMemory)
        computeCapability = try fields.optional(.computeCapability)
    }

    private init(shorthand text: String, at decoder: any Decoder) throws {
        self.init()
        var hasCount = false
        func once(_ isSet: Bool, _ what: String) throws {
            if isSet { throw decoder.invalid("'\(text)' gives the GPU \(what) twice") }
        }
        for token in Shorthand.tokens(text) {
            guard let first = token.first else {
                throw decoder.invalid("nothing stands beside a colon in '\(text)'")
            }
            if let named = AcceleratorVendor(name: token) {
                try once(vendor != nil, "vendor")
                vendor = named
            } else if first.isLetter {
                try once(name != nil, "name")
                let names = token.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                if names.contains("") { throw decoder.invalid("'\(text)' has an empty GPU name") }
                name = names.map { $0.hasPrefix("tpu-") ? String($0.dropFirst(4)) : $0 }
            } else if token.contains(where: \.isLetter) {
                try once(memory != nil, "memory")
                memory = try Shorthand.range(token, in: text, at: decoder)
            } else {
                try once(hasCount, "count")
                count = try Shorthand.range(token, in: text, at: decoder)
                hasCount = true
            }
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(vendor, forKey: .vendor)
        try container.encode(name, forKey: .name)
        try container.encode(count, forKey: .count)
        try container.encode(memory, forKey: .memory)
        try container.encode(totalMemory, forKey: .totalMemory)
        try container.encode(computeCapability, forKey: .computeCapability)
    }
}
