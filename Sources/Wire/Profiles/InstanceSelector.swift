/// Names one instance to place a run on.
public enum InstanceSelector: Sendable, Hashable {
    case name(String)
    case hostname(String)
    case fleet(EntityReference, instance: Int)
}

extension InstanceSelector: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, hostname, fleet, instance
    }

    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        guard case .object = value else {
            guard let name = value.scalarText, !name.isEmpty else {
                throw decoder.invalid("expected the name of an instance, found \(value.excerpt)")
            }
            self = .name(name)
            return
        }
        let fields = try Fields<CodingKeys>(decoder)
        let count = CodingKeys.allCases.filter { fields.container.contains($0) }.count
        if let name: String = try fields.optional(.name), count == 1, !name.isEmpty {
            self = .name(name)
        } else if let hostname: String = try fields.optional(.hostname), count == 1, !hostname.isEmpty {
            self = .hostname(hostname)
        } else if let fleet: EntityReference = try fields.optional(.fleet), count == 2 {
            let number: Int = try fields.required(.instance)
            if number < 0 { throw fields.invalid(.instance, "the number of an instance cannot be negative") }
            self = .fleet(fleet, instance: number)
        } else {
            throw fields.invalid("expected name, or hostname, or fleet and instance")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .name(let name): try container.encode(name, forKey: .name)
        case .hostname(let hostname): try container.encode(hostname, forKey: .hostname)
        case .fleet(let fleet, let instance):
            try container.encode(fleet, forKey: .fleet)
            try container.encode(instance, forKey: .instance)
        }
    }
}
