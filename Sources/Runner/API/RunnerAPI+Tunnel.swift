import AgentServer
import NIOCore
import NIOHTTP1
import Wire

extension RunnerAPI {
    /// Most tunnels at once; what an application opens beyond is refused.
    private static var tunnelLimit: Int { 256 }

    /// `GET /api/tunnel?port=&job=`: a connection to a port of the job, in the frames of a WebSocket (`TunnelFrame`).
    ///
    /// The connection in the job is made first, so that a port where nobody listens is an answer in words.
    ///
    /// `job` is the submission whose port is meant: an address that a task has left is soon another's, and who may see
    /// the one may not see the other.
    func tunnel(_ request: Request) async throws -> Response {
        guard let port = request.query["port"].flatMap(Int.init), (1...65535).contains(port),
            port == sshPort || !PortMapping.reserved.contains(port)
        else {
            throw HTTPFailure(.badRequest, "port: give the number of a port of the job")
        }
        guard request.upgrade == "websocket",
            request.headers.first(name: "sec-websocket-version") == WebSocketHandshake.version,
            let key = request.headers.first(name: "sec-websocket-key")
        else {
            throw HTTPFailure(.upgradeRequired, "'\(request.path)' speaks WebSocket only")
        }
        guard let job = request.query["job"], try await answer({ .identify($0) }) == job else {
            throw HTTPFailure(.conflict, "the job that this runner has is another one")
        }
        guard tunnels.enter(limit: Self.tunnelLimit) else {
            throw HTTPFailure(
                .serviceUnavailable, "\(Self.tunnelLimit) connections to the job's ports are open already")
        }
        let target: any Channel
        do {
            target = try await JobPort(number: port).connect(like: request.channel)
        } catch {
            tunnels.leave()
            throw error
        }
        let tunnels = tunnels
        target.closeFuture.whenComplete { _ in tunnels.leave() }
        return .upgrade(
            to: "websocket", headers: ["sec-websocket-accept": WebSocketHandshake.accept(key: key)]
        ) { channel in
            do {
                try TunnelEnds.join(channel, to: target)
            } catch {
                // The client has left.
                target.close(promise: nil)
                throw error
            }
        }
    }
}
