import Glibc
import NIOCore
import NIOPosix

extension ClientBootstrap {
    /// Connects to an agent.
    ///
    /// - Throws: `CancellationError`, `ChannelError.connectTimeout`, or what the way there says.
    func connect(to address: AgentAddress, within time: TimeAmount) async throws -> any Channel {
        switch address {
        case .unix(let path): return try await connect(unixDomainSocketPath: path).get()
        case .tcp(let ip, let port):
            return try await channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connect(to: SocketAddress(ipAddress: ip, port: port)).get()
        case .remote(let id, let ip, let port):
            let socket = try await Self.bounded(time) { try await id.route.connect(ip: ip, port: port) }
            // The channel closes the socket, also where it cannot be made.
            return try await withConnectedSocket(socket).get()
        }
    }

    /// A route is cancelled where it takes too long.
    private static func bounded(
        _ time: TimeAmount, _ body: @escaping @Sendable () async throws -> CInt
    ) async throws -> CInt {
        try await withThrowingTaskGroup(of: CInt?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: .nanoseconds(time.nanoseconds))
                return nil
            }
            defer { group.cancelAll() }
            let first = await group.nextResult()
            if case .success(let socket?) = first { return socket }
            group.cancelAll()
            // 1. The time is over, or the caller was cancelled. 2. The route ends all the same. 3. Its socket is nobody's.
            let last = await group.nextResult()
            if case .success(let socket?) = last {
                if !Task.isCancelled { return socket }
                close(socket)
            }
            try Task.checkCancellation()
            if case .failure(let error) = first { throw error }
            throw ChannelError.connectTimeout(time)
        }
    }
}
