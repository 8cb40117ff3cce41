import Backends
import Configurations
import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Store
import Wire

@testable import Server

/// A server over a database of its own in a scratch directory, with an admin whose token is `admin-token`
/// and the project `main`. No sockets.
struct ServerFixture: Sendable {
    static let adminToken = "admin-token"

    let store: SQLiteStore
    let mainProjectID: String
    let logs: FileLogStore
    let client: any TestClientProtocol

    /// Runs `body` with a fresh server and removes the scratch directory afterwards.
    ///
    /// - Parameters:
    ///   - isDriven: whether the engine runs.
    ///   - compute: its machines; it has none by itself.
    static func with(
        isDriven: Bool = false, compute: any Compute = NoMachines(),
        permissions: DefaultPermissions = DefaultPermissions(),
        _ body: @escaping @Sendable (ServerFixture) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.path + "/server-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let store = try SQLiteStore(
            path: directory + "/db.sqlite", keyring: Keyring(keys: [.random(id: "test")]))
        let clock = ServerClock.system
        let admin = UserRecord(
            id: clock.newID(), name: "admin", createdAt: clock.now(), globalRole: .admin, token: adminToken,
            keys: .generate(comment: "admin"))
        try await store.createUser(admin)
        let mainProjectID = clock.newID()
        try await store.createProject(
            ProjectRecord(
                id: mainProjectID, name: "main", ownerID: admin.id, createdAt: clock.now(),
                keys: .generate(comment: "main@dstack")),
            ownerIsGlobalAdmin: true)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let archives = try FileArchives(store: store, directory: directory + "/archives")
        let logs = FileLogStore(directory: directory + "/logs")
        let supervisor = EngineFixture.supervisor(store: store, logs: logs, logger: logger, compute: compute)
        let server = DstackServer(
            services: Services(
                store: store, archives: archives, supervisor: supervisor, logs: logs,
                metrics: try MetricsStore(path: directory + "/metrics.sqlite"), tokens: TokenCache(),
                clock: clock, logger: logger, permissions: permissions))
        let application = Application(router: try server.router())
        let engine = isDriven ? Task { try await supervisor.run() } : nil
        func end() async {
            engine?.cancel()
            _ = await engine?.result
        }
        do {
            try await application.test(.router) { client in
                try await body(ServerFixture(store: store, mainProjectID: mainProjectID, logs: logs, client: client))
            }
        } catch {
            await end()
            try await store.close()
            try FileManager.default.removeItem(atPath: directory)
            throw error
        }
        await end()
        try await store.close()
        try FileManager.default.removeItem(atPath: directory)
    }

    /// One answer.
    struct Answer: Sendable {
        let status: Int
        let text: String
        let headers: HTTPFields

        /// The body's JSON.
        var json: JSONValue { get throws { try BodyParser.parse(Array(text.utf8)) } }
    }

    /// Posts JSON text (or nothing) as the admin, another user or nobody.
    func post(
        _ path: String, _ body: String? = nil, token: String? = adminToken, version: String? = nil,
        contentType: String = "application/json"
    ) async throws -> Answer {
        try await send(.post, path, body, token: token, version: version, contentType: contentType)
    }

    func get(_ path: String, token: String? = adminToken) async throws -> Answer {
        try await send(.get, path, nil, token: token, version: nil, contentType: "application/json")
    }

    /// A request for a WebSocket.
    func upgrade(_ path: String, token: String? = adminToken) async throws -> Answer {
        try await send(
            .get, path, nil, token: token, version: nil, contentType: "",
            more: [.upgrade: "websocket", .connection: "Upgrade", .secWebSocketVersion: "13", .secWebSocketKey: "key"])
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String?, token: String?, version: String?,
        contentType: String, more: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = more
        if body != nil { headers[.contentType] = contentType }
        if let token { headers[.authorization] = "Bearer " + token }
        if let version { headers[.apiVersion] = version }
        let response = try await client.execute(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
        return Answer(
            status: response.status.code, text: String(buffer: response.body), headers: response.headers)
    }

    /// Adds the fleet `local` with one instance of 4 CPUs, 16 GB and 200 GB.
    func addLocalFleet(slots: Int = 16) async throws {
        let clock = ServerClock.system
        let fleetID = clock.newID()
        let spec = FleetSpec(
            configuration: FleetConfiguration(name: "local", placement: .cluster), profile: Profile(name: "default"))
        let type = InstanceType(
            name: "local",
            resources: Resources(
                cpus: 4, memoryMib: 16 * 1024, gpus: [], spot: false, disk: Disk(sizeMib: 200 * 1024), cpuArch: .x86))
        try await store.commit(
            Change(writes: [
                .insertFleet(
                    FleetRecord(
                        id: fleetID, projectID: mainProjectID, name: "local", createdAt: clock.now(),
                        spec: try WireJSON.encode(spec))),
                .insertInstance(
                    InstanceRecord(
                        id: clock.newID(), projectID: mainProjectID, fleetID: fleetID, name: "local-0",
                        instanceNum: 0, createdAt: clock.now(), backend: "remote", region: "local", price: 0,
                        instanceType: try WireJSON.encode(type), hostname: "127.0.0.1", slots: slots)),
            ]))
    }

    /// Makes a user and gives its token.
    func user(_ name: String) async throws -> String {
        _ = try await post("/api/users/create", #"{"username":"\#(name)","global_role":"user"}"#)
        let answer = try await post("/api/users/get_user", #"{"username":"\#(name)"}"#)
        guard case .string(let token)? = try answer.json["creds"]?["token"] else {
            throw APIError.resourceNotExists("no token in \(answer.text)")
        }
        return token
    }
}
