/// Body of `runs/delete`.
public struct DeleteRunsRequest: Codable, Sendable, Hashable {
    /// The names of the runs.
    public var runsNames: [String]

    public init(runsNames: [String]) {
        self.runsNames = runsNames
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case runsNames = "runs_names"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        runsNames = try fields.required(.runsNames)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(runsNames, forKey: .runsNames)
    }
}
