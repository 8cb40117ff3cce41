import Backends
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JobActors
import NIOCore
import Store
import Wire

/// Connections to the ports of jobs: `GET /api/project/:project/runs/:run/tunnel?port=`, a WebSocket (`TunnelFrame`).
///
/// The server only lets in and finds the way: the frames are between the client and the job's runner.
struct TunnelRoutes: Sendable {
    let services: Services

    func register(in endpoints: Endpoints) {
        endpoints.get("/api/project/:project/runs/:run/ports", .member, ports)
        endpoints.get("/api/project/:project/runs/:run/tunnel", .member, open)
    }

    @Sendable private func ports(_ call: Call) async throws -> Response {
        let run = try await services.run(try call.parameter("run"), in: try call.project)
        let job = try await job(of: run, call)
        let data = try job.runtimeData.map { try JobRuntimeData(json: $0) }
        // A node on a host of a fleet has that host's network, not this machine's.
        let isElsewhere = try job.provisioningData.map { try JobProvisioningData(json: $0) }?.dockerized == true
        return try .json(
            JobPorts(
                ports: try JobSpec(json: job.spec).appSpecs?.map(\.port) ?? [],
                network: data?.networkMode == .host && !isElsewhere ? HostNetwork.current() : nil))
    }

    @Sendable private func open(_ call: Call) async throws -> Response {
        let run = try await services.run(try call.parameter("run"), in: try call.project)
        let key = try Self.key(call.request.headers)
        let job = try await job(of: run, call)
        let port = try Self.port(call, of: try JobSpec(json: job.spec))
        let channel = call.context.channel
        guard services.tunnels.enter() else {
            throw APIError.unavailable(
                "The server has \(services.tunnels.limit) connections to ports of jobs open already")
        }
        let tunnel: AgentTunnel
        do {
            tunnel = try await self.tunnel(to: port, of: job, in: run, key: key, near: channel)
        } catch {
            services.tunnels.leave()
            throw error
        }
        let tunnels = services.tunnels
        tunnel.onEnd { tunnels.leave() }
        do {
            try await tunnel.carry(to: channel)
        } catch {
            throw APIError.unavailable("The connection to port \(port) of the job was lost")
        }
        return Response(
            status: .switchingProtocols,
            headers: [.upgrade: "websocket", .connection: "Upgrade", .secWebSocketAccept: tunnel.accept])
    }

    private func tunnel(
        to port: Int, of job: JobRecord, in run: RunRecord, key: String, near channel: any Channel
    ) async throws -> AgentTunnel {
        guard let address = job.runnerAddress, let instanceID = job.instanceID,
            let host = await services.supervisor.host(instanceID: instanceID)
        else {
            let status = job.status.rawValue
            // A job of a run that goes on may be started again.
            if run.status.isFinished { throw APIError.client("Job \(job.name) is \(status)") }
            throw APIError.unavailable("Job \(job.name) is not running at the moment (\(status))")
        }
        let runner = host.runner(at: address)
        defer { runner.release() }
        do {
            return try await runner.tunnel(to: port, of: job.id, key: key, on: AgentLoops(channel.eventLoop))
        } catch {
            switch error {
            case .refused(404, _):
                throw APIError(
                    status: .badGateway, "Job \(job.name) was started by an older version, without ports; run it again")
            case .refused(409, _): throw APIError.unavailable("Job \(job.name) has ended a moment ago")
            case .refused(let status, let message):
                // A runner is its job's to replace: what it answers is no word of this server's on who may do what.
                throw APIError(
                    status: (400...599).contains(status) && status != 401 ? .init(code: status) : .badGateway, message)
            case .unreachable, .timedOut, .malformed: throw APIError.unavailable("Job \(job.name): \(error)")
            case .cancelled: throw CancellationError()
            }
        }
    }

    /// The newest submission of the job that is asked for. Without a replica: of a running one if any is.
    private func job(of run: RunRecord, _ call: Call) async throws -> JobRecord {
        let number = Int(try call.queryInteger("job") ?? 0)
        let replica = try call.queryInteger("replica").map { Int($0) }
        let jobs = try await services.store.latestJobs(runID: run.id, submissions: 1).filter {
            $0.jobNum == number && (replica ?? $0.replicaNum) == $0.replicaNum
        }
        guard let job = jobs.last(where: { $0.status == .running }) ?? jobs.last else {
            throw APIError.resourceNotExists(
                "Run \(run.name) has no job \(number)" + (replica.map { " in replica \($0)" } ?? ""))
        }
        return job
    }

    private static func port(_ call: Call, of spec: JobSpec) throws -> Int {
        guard let port = try call.queryInteger("port").map({ Int($0) }) else {
            throw APIError.client("port: give the number of one of the run's ports")
        }
        let ports = spec.appSpecs?.map(\.port) ?? []
        // SSH into the job, and who is attached alone.
        if port == JobSSHServer.port || port == 0 { return port }
        guard ports.contains(port) else {
            let known = ports.map(String.init).joined(separator: ", ")
            throw APIError.client(
                "Port \(port) is not among the run's `ports`" + (known.isEmpty ? ", which are none" : " (\(known))"))
        }
        return port
    }

    private static func key(_ headers: HTTPFields) throws -> String {
        guard headers[.upgrade]?.lowercased() == "websocket",
            headers[.secWebSocketVersion] == WebSocketHandshake.version, let key = headers[.secWebSocketKey],
            key.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
        else {
            throw APIError(status: .upgradeRequired, "This route speaks WebSocket only")
        }
        return key
    }
}

extension APIError {
    /// What may work in a moment.
    fileprivate static func unavailable(_ message: String) -> Self { Self(status: .serviceUnavailable, message) }

    fileprivate init(status: HTTPResponse.Status, _ message: String) {
        self.init(status, detail: [["msg": .string(message), "code": "error"]])
    }
}

extension HTTPResponse.Status {
    fileprivate static let upgradeRequired = Self(code: 426, reasonPhrase: "Upgrade Required")
}
