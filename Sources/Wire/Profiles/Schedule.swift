/// When a run is to be started, as cron expressions in UTC.
public struct Schedule: Codable, Sendable, Hashable {
    /// Cron expressions of five fields, in UTC.
    public var cron: [String]

    public init(cron: [String]) {
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
        for expression in cron {
            if let mistake = CronExpression.mistake(in: expression) { throw fields.invalid(.cron, mistake) }
        }
        if cron.isEmpty { throw fields.invalid(.cron, "at least one cron expression is needed") }
    }
}
