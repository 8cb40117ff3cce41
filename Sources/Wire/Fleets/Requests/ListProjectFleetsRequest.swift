/// Body of a project's `fleets/list`.
public struct ListProjectFleetsRequest: Codable, Sendable, Hashable {
    /// Whether fleets of other projects that were imported count too.
    public var includeImported: Bool

    public init(includeImported: Bool = false) {
        self.includeImported = includeImported
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case includeImported = "include_imported"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        includeImported = try fields.value(.includeImported, default: false)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(includeImported, forKey: .includeImported)
    }
}
