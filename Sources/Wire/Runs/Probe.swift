/// The state of one probe.
public struct Probe: Codable, Sendable, Hashable {
    /// How many probes in a row have succeeded.
    public var successStreak: Int

    public init(successStreak: Int) {
        self.successStreak = successStreak
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case successStreak = "success_streak"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        successStreak = try fields.required(.successStreak)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(successStreak, forKey: .successStreak)
    }
}
