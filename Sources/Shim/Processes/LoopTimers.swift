/// What is to be done later on a loop's thread, by deadline.
struct LoopTimers: Sendable {
    typealias Body = @Sendable () -> Void

    /// Names one timer, to cancel it by.
    struct ID: Hashable, Sendable {
        fileprivate let deadline: ContinuousClock.Instant
        fileprivate let number: UInt64
    }

    /// Few at a time, so a list in order is enough: the next one stands last.
    private var waiting: [(id: ID, body: Body)] = []
    private var count: UInt64 = 0

    mutating func add(at deadline: ContinuousClock.Instant, _ body: @escaping Body) -> ID {
        count += 1
        let id = ID(deadline: deadline, number: count)
        let index = waiting.lastIndex { $0.id.deadline > deadline }.map { $0 + 1 } ?? 0
        waiting.insert((id, body), at: index)
        return id
    }

    mutating func cancel(_ id: ID) { waiting.removeAll { $0.id == id } }

    /// Takes the timers that are due, the oldest first.
    mutating func due(at now: ContinuousClock.Instant) -> [Body] {
        var bodies: [Body] = []
        while let next = waiting.last, next.id.deadline <= now {
            bodies.append(next.body)
            waiting.removeLast()
        }
        return bodies
    }

    /// Milliseconds until the next timer, rounded up; -1 where there is none.
    func milliseconds(from now: ContinuousClock.Instant) -> Int32 {
        guard let next = waiting.last else { return -1 }
        let left = now.duration(to: next.id.deadline).components
        guard left.seconds >= 0, left.attoseconds >= 0 else { return 0 }
        return Int32(clamping: left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000 + 1)
    }
}
