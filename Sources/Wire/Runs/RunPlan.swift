/// What submitting a run would do.
public struct RunPlan: Codable, Sendable, Hashable {
    public var projectName: String
    public var user: String
    public var runSpec: RunSpec
    public var effectiveRunSpec: RunSpec?
    public var jobPlans: [JobPlan]
    public var currentResource: Run?
    public var action: ApplyAction

    public init(
        projectName: String, user: String, runSpec: RunSpec, effectiveRunSpec: RunSpec? = nil,
        jobPlans: [JobPlan], currentResource: Run? = nil, action: ApplyAction
    ) {
        self.projectName = projectName
        self.user = user
        self.runSpec = runSpec
        self.effectiveRunSpec = effectiveRunSpec
        self.jobPlans = jobPlans
        self.currentResource = currentResource
        self.action = action
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case projectName = "project_name"
        case user
        case runSpec = "run_spec"
        case effectiveRunSpec = "effective_run_spec"
        case jobPlans = "job_plans"
        case currentResource = "current_resource"
        case action
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        projectName = try fields.required(.projectName)
        user = try fields.required(.user)
        runSpec = try fields.required(.runSpec)
        effectiveRunSpec = try fields.optional(.effectiveRunSpec)
        jobPlans = try fields.required(.jobPlans)
        currentResource = try fields.optional(.currentResource)
        action = try fields.required(.action)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(projectName, forKey: .projectName)
        try container.encode(user, forKey: .user)
        try container.encode(runSpec, forKey: .runSpec)
        try container.encode(effectiveRunSpec, forKey: .effectiveRunSpec)
        try container.encode(jobPlans, forKey: .jobPlans)
        try container.encode(currentResource, forKey: .currentResource)
        try container.encode(action, forKey: .action)
    }
}
