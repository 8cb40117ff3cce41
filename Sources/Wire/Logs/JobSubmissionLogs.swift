/// Answer of `logs/poll`.
public struct JobSubmissionLogs: Codable, Sendable, Hashable {
    /// The pieces of the log.
    public var logs: [LogEvent]
    /// Where the logs can be seen in another system.
    public var externalUrl: String?
    /// Where to go on; nil at the end.
    public var nextToken: String?

    public init(logs: [LogEvent], externalUrl: String? = nil, nextToken: String? = nil) {
        self.logs = logs
        self.externalUrl = externalUrl
        self.nextToken = nextToken
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case logs
        case externalUrl = "external_url"
        case nextToken = "next_token"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        logs = try fields.required(.logs)
        externalUrl = try fields.optional(.externalUrl)
        nextToken = try fields.optional(.nextToken)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(logs, forKey: .logs)
        try container.encode(externalUrl, forKey: .externalUrl)
        try container.encode(nextToken, forKey: .nextToken)
    }
}
