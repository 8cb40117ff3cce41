/// When a run is to be started, as cron expressions in UTC.
public struct Schedule: Codable, Sendable, Hashable {
    /// At least one.
    public var cron: [CronExpression]

    public init(cron: [CronExpression]) {
        self.cron = cron
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case cron
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        let value: JSONValue = try fields.required(.cron)
        if case .array = value {
            cron = try fields.required(.cron)
        } else {
            cron = [try fields.required(.cron)]
        }
        if cron.isEmpty { throw fields.invalid(.cron, "at least one cron expression is needed") }
    }

    /// The first moment of any of the expressions that is later than this one; nil where none ever comes.
    public func next(after moment: Timestamp) -> Timestamp? {
        cron.compactMap { $0.next(after: moment) }.min()
    }
}
