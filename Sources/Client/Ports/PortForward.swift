import Threads
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Local ports that lead to the ports of one job of a run, through the server.
///
/// It lasts from its start until it is closed or let go of: over the server's restarts, and over new submissions of the
/// job, whose connections then go to the newest. Its threads are its own.
public final class PortForward: Sendable {
    /// What went wrong with connections to a port; the same thing is told once, until it works again.
    public struct Notice: Sendable, Hashable {
        public var port: Int
        /// For the user.
        public var message: String
    }

    /// Where the ports are, in the order of the run's configuration.
    public let ports: [ForwardedPort]
    /// For one reader.
    public let notices: AsyncStream<Notice>
    private let signal: StopSignal
    private let desk: ConnectionDesk

    /// Connections at once; those beyond wait to be taken.
    private static let connectionLimit = 256

    /// Listens, on ports as they can be had, and forwards from then on.
    ///
    /// - Parameters:
    ///   - host: the local address to listen on.
    ///   - left: local ports that are left to others.
    /// - Throws: ``PortForwardError``.
    init(
        _ mappings: [PortMapping], host: String, leaving left: Set<Int>,
        target: @escaping @Sendable (Int) -> TunnelTarget
    ) throws(PortForwardError) {
        let address = try LocalListener.address(of: host)
        var sockets: [Int32] = []
        do {
            ports = try PortChoice.choose(mappings, leaving: left) { port throws(PortForwardError) in
                let found = try LocalListener.listen(on: address, port: port, host: host)
                if found.attempt == .done { sockets.append(found.socket) }
                return (found.attempt, found.port)
            }
            signal = try StopSignal()
        } catch {
            for socket in sockets { close(socket) }
            throw error
        }
        let (stream, continuation) = AsyncStream<Notice>.makeStream(bufferingPolicy: .bufferingNewest(64))
        notices = stream
        // The sockets are in the order in which the ports were chosen, which the ports tell by their numbers.
        let listeners = sockets
        desk = ConnectionDesk(limit: Self.connectionLimit, notices: continuation, stop: signal, target: target)
        let remotes = listeners.map { socket in
            let local = LocalListener.port(of: socket)
            return ports.first { $0.local == local }?.remote ?? 0
        }
        let desk = desk
        let isStarted = PosixThread.start { desk.serve(Array(zip(listeners, remotes))) }
        if !isStarted {
            for socket in sockets { close(socket) }
            throw PortForwardError(host: host, reason: "the system allows no more threads")
        }
    }

    deinit {
        stop()
    }

    /// Ends all: listeners and connections.
    public func stop() { signal.give() }
}
