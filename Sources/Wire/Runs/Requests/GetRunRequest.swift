/// Body of `runs/get`: a name, meaning the newest of that name, or an id.
public struct GetRunRequest: Codable, Sendable, Hashable {
    /// The name; means the newest run of that name.
    public var runName: String?
    /// A UUID, in lowercase.
    public var id: String?

    public init(runName: String? = nil, id: String? = nil) {
        self.runName = runName
        self.id = id
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case runName = "run_name"
        case id
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        runName = try fields.optional(.runName)
        id = try fields.optional(.id)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(runName, forKey: .runName)
        try container.encode(id, forKey: .id)
    }
}
