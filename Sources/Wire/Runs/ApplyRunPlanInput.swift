/// The run to submit, and the run that the user expects it to replace.
public struct ApplyRunPlanInput: Codable, Sendable, Hashable {
    /// What the user asked for.
    public var runSpec: RunSpec
    /// What the user saw there; applying fails where it has changed since, unless forced.
    public var currentResource: Run?

    public init(runSpec: RunSpec, currentResource: Run? = nil) {
        self.runSpec = runSpec
        self.currentResource = currentResource
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case runSpec = "run_spec"
        case currentResource = "current_resource"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        runSpec = try fields.required(.runSpec)
        currentResource = try fields.optional(.currentResource)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(runSpec, forKey: .runSpec)
        try container.encode(currentResource, forKey: .currentResource)
    }
}
