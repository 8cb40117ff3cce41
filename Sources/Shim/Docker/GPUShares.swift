/// Which of a host's GPUs a task in a container gets.
///
/// Asked for a number, a Docker Engine gives the first ones to each container: jobs that share a host would share those, and
/// the others would stand idle. So the cards are named.
enum GPUShares {
    /// The cards that a living task has: one that asked for all has all.
    static func held(_ request: ContainerRequest, of total: Int) -> [Int] {
        request.cards ?? (request.gpus < 0 ? Array(0..<total) : [])
    }

    /// The cards for a task: those that the fewest living tasks have, the first ones first.
    ///
    /// - Parameters:
    ///   - count: how many are asked for; -1 means all.
    ///   - total: how many there are; 0 where that is not known.
    ///   - taken: the cards of each living task.
    /// - Returns: their numbers in order; nil where the engine is to be asked for a number: for all, for none, or for more
    ///   than there are, which it refuses in its own words.
    static func pick(_ count: Int, of total: Int, taken: [[Int]]) -> [Int]? {
        guard count > 0, count <= total else { return nil }
        var users = [Int](repeating: 0, count: total)
        for card in taken.joined() where users.indices.contains(card) { users[card] += 1 }
        return Array(users.indices.sorted { (users[$0], $0) < (users[$1], $1) }.prefix(count)).sorted()
    }

    /// Whether a task waits before its container is made: one of its cards is still another's that is being ended.
    ///
    /// A server gives a job up that its host does not confirm to have ended, and its cards to the next one.
    ///
    /// - Parameters:
    ///   - cards: those of the task.
    ///   - ending: the cards of each task that is to end and has not ended.
    static func waits(_ cards: [Int], for ending: [[Int]]) -> Bool {
        ending.contains { !$0.isEmpty && !Set($0).isDisjoint(with: cards) }
    }
}
