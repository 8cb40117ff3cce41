import Wire

/// The transitions of a shim's tasks, of one that can only be polled, as dstack's own.
actor PolledShimWatch: ShimWatch {
    private let list: @Sendable () async throws(AgentError) -> [ShimTaskList.Item]
    private let task: @Sendable (_ id: String) async throws(AgentError) -> ShimTask?
    private let pause: PollPause
    private var known: [String: ShimTask]?
    private var waiting: ArraySlice<ShimNotice> = []
    private var isClosed = false

    init(
        pause: PollPause = PollPause(), list: @escaping @Sendable () async throws(AgentError) -> [ShimTaskList.Item],
        task: @escaping @Sendable (_ id: String) async throws(AgentError) -> ShimTask?
    ) {
        self.pause = pause
        self.list = list
        self.task = task
    }

    func next() async throws(AgentError) -> ShimNotice? {
        while !isClosed {
            if let notice = waiting.popFirst() { return notice }
            try await pause.wait()
            if isClosed { return nil }
            let news = try await poll()
            pause.heard(isNews: news.contains { $0 != .heartbeat })
            waiting = news[...]
        }
        return nil
    }

    func close() { isClosed = true }

    private func poll() async throws(AgentError) -> [ShimNotice] {
        var now: [String: ShimTask] = [:]
        for item in try await list() {
            // A pull's progress is no transition, and is shown.
            if let before = known?[item.id], before.status == item.status, item.status != .pulling {
                now[item.id] = before
            } else if let told = try await task(item.id) {
                now[item.id] = told
            }
        }
        defer { known = now }
        guard let known else {
            return [.snapshot(bootID: "", tasks: now.values.sorted { $0.id < $1.id })]
        }
        let gone = known.keys.filter { now[$0] == nil }.sorted().map(ShimNotice.removed(id:))
        let changed = now.values.filter { known[$0.id] != $0 }.sorted { $0.id < $1.id }.map(ShimNotice.task)
        return (gone + changed).isEmpty ? [.heartbeat] : gone + changed
    }
}
