/// What submitting a run would do.
public struct RunPlan: Codable, Sendable, Hashable {
    /// The name of the project.
    public var projectName: String
    /// The name of the user.
    public var user: String
    /// What the user asked for.
    public var runSpec: RunSpec
    /// `run_spec` with the server's defaults filled in.
    public var effectiveRunSpec: RunSpec?
    /// A plan for each job.
    public var jobPlans: [JobPlan]
    /// What is there under this name, nil for nothing.
    public var currentResource: Run?
    /// Whether applying creates or updates.
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
