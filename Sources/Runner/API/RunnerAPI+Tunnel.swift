import AgentServer
import NIOCore
import NIOHTTP1
import Wire

extension RunnerAPI {
    /// Most tunnels at once; what an application opens beyond is refused.
    private static var tunnelLimit: Int { 256 }

    /// `GET /api/tunnel?port=`: a connection to a port of the job, in the frames of a WebSocket (`TunnelFrame`).
    ///
    /// The connection in the job is made first, so that a port where nobody listens is an answer in words.
    func tunnel(_ request: Request) async throws -> Response {
        guard let port = request.query["port"].flatMap(Int.init), (1...65535).contains(port),
            !PortMapping.reserved.contains(port)
        else {
            throw HTTPFailure(.badRequest, "port: give the number of a port of the job")
        }
        guard request.upgrade == "websocket",
            request.headers.first(name: "sec-websocket-version") == WebSocketHandshake.version,
            let key = request.headers.first(name: "sec-websocket-key")
        else {
            throw HTTPFailure(.upgradeRequired, "'\(request.path)' speaks WebSocket only")
        }
        guard tunnels.enter(limit: Self.tunnelLimit) else {
            throw HTTPFailure(
                .serviceUnavailable, "\(Self.tunnelLimit) connections to the job's ports are open already")
        }
        let job: any Channel
        do {
            job = try await JobPort(number: port).connect(like: request.channel)
        } catch {
            tunnels.leave()
            throw error
        }
        let tunnels = tunnels
        job.closeFuture.whenComplete { _ in tunnels.leave() }
        return .upgrade(
            to: "websocket", headers: ["sec-websocket-accept": WebSocketHandshake.accept(key: key)]
        ) { channel in
            do {
                try TunnelEnds.join(channel, to: job)
            } catch {
                // The client has left.
                job.close(promise: nil)
                throw error
            }
        }
    }
}
