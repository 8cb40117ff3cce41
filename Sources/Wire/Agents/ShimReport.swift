/// What `dstack-shim --ask` prints, as one line of JSON: what answers on the shim's port of its host.
public struct ShimReport: Codable, Sendable, Equatable {
    /// Tells the build of the program that asked; it answers itself where `health` has the same.
    public var build: String?
    /// Whether anything takes connections on the port.
    public var isTaken: Bool
    /// What the one who answers says of itself; nil where it is no agent.
    public var health: AgentHealth?
    /// How many of its tasks have not ended; nil where it does not tell.
    public var liveTasks: Int?
    public var info: ShimInstanceInfo?

    public init(
        build: String? = nil, isTaken: Bool = false, health: AgentHealth? = nil, liveTasks: Int? = nil,
        info: ShimInstanceInfo? = nil
    ) {
        self.build = build
        self.isTaken = isTaken
        self.health = health
        self.liveTasks = liveTasks
        self.info = info
    }

    /// Whether the program that asked is the one that answered.
    public var isOwnBuild: Bool {
        health?.service == "dstack-shim" && build != nil && health?.build == build
    }

    enum CodingKeys: String, CodingKey {
        case build, health, info
        case isTaken = "is_taken"
        case liveTasks = "live_tasks"
    }
}
