import Synchronization

/// The world's random source, shared by everything in it; its draws come in the order of the steps, which the
/// seed decides too.
final class Dice: Sendable {
    private let random: Mutex<SeededRandom>
    private let ids = Mutex(0)

    init(seed: UInt64) {
        random = Mutex(SeededRandom(seed: seed))
    }

    func chance(_ part: Int, in whole: Int) -> Bool { random.withLock { $0.chance(part, in: whole) } }

    func milliseconds(_ range: ClosedRange<Int>) -> Duration { random.withLock { $0.milliseconds(range) } }

    func number(_ range: ClosedRange<Int>) -> Int { random.withLock { Int.random(in: range, using: &$0) } }

    func fraction() -> Double { random.withLock { Double.random(in: 0..<1, using: &$0) } }

    /// Ids that tell the order in which they were given.
    func newID() -> String {
        let count = ids.withLock { count in
            count += 1
            return count
        }
        let digits = String(count, radix: 16)
        return "00000000-0000-7000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }
}
