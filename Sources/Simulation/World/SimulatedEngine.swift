import Synchronization

/// The Docker Engine of a simulated host: slow, and gone for a while now and then.
final class SimulatedEngine: Sendable {
    private struct State {
        var isUp = true
        /// Counts its departures: work that one of them falls into is done again.
        var departures = 0
        var waiters: [Channel<Void>] = []
    }

    private let world: WorldHandles
    private let state = Mutex(State())

    init(world: WorldHandles) {
        self.world = world
    }

    /// Does something that takes its time, from the beginning again where the engine goes in the middle of it.
    func work(_ milliseconds: ClosedRange<Int>) async {
        while !Task.isCancelled {
            let departures = await up()
            await world.wait(world.dice.milliseconds(milliseconds))
            if state.withLock({ $0.isUp && $0.departures == departures }) { return }
        }
    }

    func goDown() {
        state.withLock { state in
            state.isUp = false
            state.departures += 1
        }
    }

    func comeUp() {
        let waiters = state.withLock { state in
            state.isUp = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.finish() }
    }

    /// Waits until the engine answers; gives the count of its departures then.
    private func up() async -> Int {
        while !Task.isCancelled {
            let channel: Channel<Void>? = state.withLock { state in
                if state.isUp { return nil }
                let channel = Channel<Void>()
                state.waiters.append(channel)
                return channel
            }
            guard let channel else { break }
            _ = await channel.next()
        }
        return state.withLock { $0.departures }
    }
}
