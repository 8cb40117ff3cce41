/// One line of the shim's `GET /api/tasks/stream`. Besides `bootID` and `seq` it holds one thing, or nothing: then it
/// is a heartbeat.
public struct ShimStreamLine: Codable, Sendable, Equatable {
    /// Names one life of the shim process.
    public var bootID: String
    /// Changes so far in this life: one more with each task or removal.
    public var seq: Int
    /// All tasks: the first line, and only that.
    public var tasks: [ShimTask]?
    /// The task that changed.
    public var task: ShimTask?
    /// The id of the task that was removed.
    public var removed: String?

    public init(
        bootID: String, seq: Int, tasks: [ShimTask]? = nil, task: ShimTask? = nil, removed: String? = nil
    ) {
        self.bootID = bootID
        self.seq = seq
        self.tasks = tasks
        self.task = task
        self.removed = removed
    }

    enum CodingKeys: String, CodingKey {
        case seq, tasks, task, removed
        case bootID = "boot_id"
    }
}
