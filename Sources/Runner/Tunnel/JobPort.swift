import AgentServer
import NIOCore
import NIOPosix

/// A port that a program of the job listens on.
///
/// Where the program has bound itself is not known: to every address, to the job's own, or to `localhost` alone. The
/// job's own address comes first, since on a network that jobs share it is the only one that is no other job's too.
struct JobPort {
    let number: Int

    private static let patience = TimeAmount.seconds(5)

    /// Connects, on the event loop and by the address of the connection that the request came on.
    ///
    /// - Throws: `HTTPFailure` 502, in words for the user, where nobody takes the connection.
    func connect(like request: any Channel) async throws(HTTPFailure) -> any Channel {
        var reason = "nothing listens there"
        for address in Self.addresses(own: request.localAddress) {
            do {
                return try await ClientBootstrap(group: request.eventLoop)
                    .connectTimeout(Self.patience)
                    .channelOption(.autoRead, value: false)
                    .channelOption(.allowRemoteHalfClosure, value: true)
                    .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .channelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(PlainEnd())
                        }
                    }
                    .connect(to: SocketAddress(ipAddress: address, port: number)).get()
            } catch let error as IOError where error.errnoCode != ECONNREFUSED && error.errnoCode != EADDRNOTAVAIL {
                reason = "\(error)"
            } catch let error as ChannelError {
                reason = "the connection was not taken in time (\(error))"
            } catch {
                // Refused: another address may be the one.
            }
        }
        throw HTTPFailure(.badGateway, "port \(number) of the job cannot be reached: \(reason)")
    }

    /// Where to look, in this order.
    static func addresses(own: SocketAddress?) -> [String] {
        var addresses = [own?.ipAddress].compactMap(\.self)
        for local in ["127.0.0.1", "::1"] where !addresses.contains(local) { addresses.append(local) }
        return addresses
    }
}
