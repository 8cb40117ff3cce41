/// Ids that were ended or removed: a request for a task that comes late, after its end was asked for, is refused
/// instead of starting what nobody waits for. Bounded: the oldest are forgotten, and a shim that starts again
/// begins with none, since requests that were on their way ended with its connections.
struct EndedIDs {
    private let limit: Int
    private var ids: Set<String> = []
    private var order: [String] = []
    private var next = 0

    init(limit: Int = 4096) {
        self.limit = limit
    }

    func contains(_ id: String) -> Bool { ids.contains(id) }

    mutating func insert(_ id: String) {
        guard ids.insert(id).inserted else { return }
        if order.count < limit {
            order.append(id)
        } else {
            ids.remove(order[next])
            order[next] = id
            next = (next + 1) % limit
        }
    }
}
