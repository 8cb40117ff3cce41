/// Body of `runs/apply`.
public struct ApplyRunPlanRequest: Codable, Sendable, Hashable {
    /// What is to be applied.
    public var plan: ApplyRunPlanInput
    /// Apply even where the current resource has changed.
    public var force: Bool

    public init(plan: ApplyRunPlanInput, force: Bool) {
        self.plan = plan
        self.force = force
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case plan
        case force
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        plan = try fields.required(.plan)
        force = try fields.required(.force)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(plan, forKey: .plan)
        try container.encode(force, forKey: .force)
    }
}
