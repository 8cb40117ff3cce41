/// Names a fleet or gateway, of this project or of another: `name` or `project/name`.
public struct EntityReference: Sendable, Hashable, CustomStringConvertible {
    /// The project, nil for the current one.
    public var project: String?
    /// The name.
    public var name: String

    public init(project: String? = nil, name: String) {
        self.project = project
        self.name = name
    }

    /// Reads `name` or `project/name`; nil where the text is neither.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard !parts.contains("") else { return nil }
        switch parts.count {
        case 1: self.init(name: parts[0])
        case 2: self.init(project: parts[0], name: parts[1])
        default: return nil
        }
    }

    public var description: String { project.map { "\($0)/\(name)" } ?? name }
}

extension EntityReference: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case project, name
    }

    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        if case .object = value {
            let fields = try Fields<CodingKeys>(decoder)
            self.init(project: try fields.optional(.project), name: try fields.required(.name))
            return
        }
        guard let text = value.scalarText, let reference = EntityReference(text) else {
            throw decoder.invalid("expected a name or project/name, found \(value.excerpt)")
        }
        self = reference
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(project, forKey: .project)
        try container.encode(name, forKey: .name)
    }
}
