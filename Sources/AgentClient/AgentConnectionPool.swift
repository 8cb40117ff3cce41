import NIOCore
import Synchronization

/// Connections that wait for their next request: a few for each address.
final class AgentConnectionPool: Sendable {
    private struct State {
        var idle: [AgentAddress: [AgentConnection]] = [:]
        /// Everything open, idle or not, so that shutting down reaches it.
        var open: [ObjectIdentifier: AgentConnection] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    private let idlePerAddress: Int

    init(idlePerAddress: Int) {
        self.idlePerAddress = idlePerAddress
    }

    /// The connection to `address` that was used last, if one is still open.
    func take(for address: AgentAddress) -> AgentConnection? {
        state.withLock { state in
            while let connection = state.idle[address]?.popLast() {
                if connection.isActive { return connection }
            }
            state.idle[address] = nil
            return nil
        }
    }

    /// Counts a fresh connection in; false when the pool was closed meanwhile.
    func opened(_ connection: AgentConnection) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.open[ObjectIdentifier(connection)] = connection
            return true
        }
    }

    /// Takes a connection back for the next request; false where it is to be closed instead.
    func put(_ connection: AgentConnection) -> Bool {
        state.withLock { state in
            guard !state.isClosed, connection.isActive else { return false }
            guard state.idle[connection.address, default: []].count < idlePerAddress else { return false }
            state.idle[connection.address, default: []].append(connection)
            return true
        }
    }

    /// Forgets a connection that closed.
    func closed(_ connection: AgentConnection) {
        state.withLock { state in
            state.open[ObjectIdentifier(connection)] = nil
            guard var idle = state.idle[connection.address] else { return }
            idle.removeAll { $0 === connection }
            state.idle[connection.address] = idle.isEmpty ? nil : idle
        }
    }

    /// Takes no more; gives everything that is open.
    func close() -> [AgentConnection] {
        state.withLock { state in
            state.isClosed = true
            let open = Array(state.open.values)
            state.idle = [:]
            state.open = [:]
            return open
        }
    }
}
