/// Answer of the shim's `GET /api/tasks`.
public struct ShimTaskList: Codable, Sendable, Equatable {
    /// A task, as short as dstack lists it.
    public struct Item: Codable, Sendable, Equatable {
        public var id: String
        public var status: ShimTaskStatus

        public init(id: String, status: ShimTaskStatus) {
            self.id = id
            self.status = status
        }
    }

    public var tasks: [Item]

    public init(tasks: [Item]) {
        self.tasks = tasks
    }
}
