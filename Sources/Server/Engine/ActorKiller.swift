import Logging
import ServiceLifecycle
import Supervisor

/// Kills actors of the engine, one after the other, as a mistake of theirs would: for tests of how they come back.
struct ActorKiller: Service {
    /// When which actor is killed.
    struct Plan: Sendable, Equatable {
        var seed: UInt64
        var interval: Duration

        /// Reads `SEED:MILLISECONDS`.
        init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let seed = UInt64(parts[0]), let milliseconds = Int(parts[1]),
                (1...3_600_000).contains(milliseconds)
            else { return nil }
            self.seed = seed
            interval = .milliseconds(milliseconds)
        }

        /// Fewer actors than so many are killed more rarely. Each is made anew after growing waits: the last ones of a load
        /// would otherwise hardly live, and the nodes of a run, which are placed together, never at one time.
        static let crowd = 24

        /// The place of the next victim among `count`; nil where nobody is killed this time.
        mutating func next(of count: Int) -> Int? {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let place = Int((seed >> 33) % UInt64(max(count, Self.crowd)))
            return place < count ? place : nil
        }
    }

    let plan: Plan
    let supervisor: Supervisor
    let logger: Logger

    func run() async throws {
        logger.warning("DSTACK_TEST_KILL_ACTORS is set: actors are killed at random")
        await cancelWhenGracefulShutdown {
            var plan = plan
            while !Task.isCancelled {
                // A cancelled wait ends the loop at its condition.
                try? await Task.sleep(for: plan.interval)
                let ids = await supervisor.liveIDs
                if let place = plan.next(of: ids.count) { await supervisor.kill(id: ids[place]) }
            }
        }
    }
}
