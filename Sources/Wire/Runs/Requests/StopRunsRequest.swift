/// Body of `runs/stop`.
public struct StopRunsRequest: Codable, Sendable, Hashable {
    /// The names of the runs.
    public var runsNames: [String]
    /// End the runs at once instead of asking them to stop.
    public var abort: Bool

    public init(runsNames: [String], abort: Bool) {
        self.runsNames = runsNames
        self.abort = abort
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case runsNames = "runs_names"
        case abort
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        runsNames = try fields.required(.runsNames)
        abort = try fields.required(.abort)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(runsNames, forKey: .runsNames)
        try container.encode(abort, forKey: .abort)
    }
}
