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
            if request.query["port"] == "0" { return try await attend(request) }
            throw HTTPFailure(.badRequest, "port: give the number of a port of the job")
        }
        let key = try Self.key(request)
        try await requireJob(request)
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
        let (tunnels, presence) = (tunnels, presence)
        presence.enter()
        target.closeFuture.whenComplete { _ in
            tunnels.leave()
            presence.leave()
        }
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

    /// `port=0`: a client is attached, and wants no more than to count as one.
    private func attend(_ request: Request) async throws -> Response {
        let key = try Self.key(request)
        try await requireJob(request)
        guard tunnels.enter(limit: Self.tunnelLimit) else {
            throw HTTPFailure(.serviceUnavailable, "\(Self.tunnelLimit) clients are attached already")
        }
        let (tunnels, presence) = (tunnels, presence)
        presence.enter()
        request.channel.closeFuture.whenComplete { _ in
            tunnels.leave()
            presence.leave()
        }
        return .upgrade(
            to: "websocket", headers: ["sec-websocket-accept": WebSocketHandshake.accept(key: key)]
        ) { channel in
            try channel.syncOptions?.setOption(.autoRead, value: false)
            try channel.pipeline.syncOperations.addHandler(FramedEnd(isAlone: true), position: .first)
        }
    }

    private func requireJob(_ request: Request) async throws {
        guard let job = request.query["job"], try await answer({ .identify($0) }) == job else {
            throw HTTPFailure(.conflict, "the job that this runner has is another one")
        }
    }

    private static func key(_ request: Request) throws(HTTPFailure) -> String {
        guard request.upgrade == "websocket",
            request.headers.first(name: "sec-websocket-version") == WebSocketHandshake.version,
            let key = request.headers.first(name: "sec-websocket-key")
        else {
            throw HTTPFailure(.upgradeRequired, "'\(request.path)' speaks WebSocket only")
        }
        return key
    }
}
