/// Who may log in to which server now, and who waits for that, first come first served. A value: nothing happens in it.
struct LoginLine {
    private struct Server {
        var inside = 0
        var waiting: [UInt] = []
    }

    /// How many may log in to one server at a time.
    let limit: Int
    /// Those that somebody logs in to, by the way to them.
    private var servers: [String: Server] = [:]

    init(limit: Int) {
        self.limit = limit
    }

    /// Whether nobody logs in to anything.
    var isEmpty: Bool { servers.isEmpty }

    /// - Parameter number: not that of another one that waits.
    /// - Returns: whether it may log in now; else it waits.
    mutating func enter(_ number: UInt, at route: String) -> Bool {
        var server = servers[route] ?? Server()
        defer { servers[route] = server }
        guard server.inside < limit else {
            server.waiting.append(number)
            return false
        }
        server.inside += 1
        return true
    }

    /// A login is over.
    ///
    /// - Returns: who may log in in its place.
    mutating func leave(_ route: String) -> UInt? {
        guard var server = servers[route] else { return nil }
        if !server.waiting.isEmpty {
            let next = server.waiting.removeFirst()
            servers[route] = server
            return next
        }
        server.inside -= 1
        servers[route] = server.inside == 0 ? nil : server
        return nil
    }

    /// One waits no longer.
    ///
    /// - Returns: false where it does not wait: its turn has come already.
    mutating func giveUp(_ number: UInt, at route: String) -> Bool {
        guard let index = servers[route]?.waiting.firstIndex(of: number) else { return false }
        servers[route]?.waiting.remove(at: index)
        return true
    }
}
