import AgentClient

/// Answer of `GET /containers/NAME/json`, as far as it matters here.
struct DockerContainer: Decodable, Equatable, Sendable {
    struct State: Decodable, Equatable, Sendable {
        /// `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
        var status: String
        var isOOMKilled: Bool?
        var exitCode: Int?
        /// Why it could not be started.
        var error: String?

        enum CodingKeys: String, CodingKey {
            case status = "Status"
            case isOOMKilled = "OOMKilled"
            case exitCode = "ExitCode"
            case error = "Error"
        }
    }

    struct Binding: Decodable, Equatable, Sendable {
        var port: String

        enum CodingKeys: String, CodingKey {
            case port = "HostPort"
        }
    }

    struct Network: Decodable, Equatable, Sendable {
        var address: String

        enum CodingKeys: String, CodingKey {
            case address = "IPAddress"
        }
    }

    struct NetworkSettings: Decodable, Equatable, Sendable {
        /// By `PORT/tcp`; nil for a port that is not published.
        var ports: [String: [Binding]?]?
        var networks: [String: Network]?

        enum CodingKeys: String, CodingKey {
            case ports = "Ports"
            case networks = "Networks"
        }
    }

    var id: String
    var state: State
    var network: NetworkSettings?

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case state = "State"
        case network = "NetworkSettings"
    }
}

extension DockerEngine {
    /// Makes a container; one of that name that is there already is no error.
    func create(_ name: String, _ plan: ContainerPlan) async throws(DockerError) {
        _ = try await send(.post, "/containers/create?name=\(Self.escaped(name))", plan, expected: [409])
    }

    /// The same, to its end also where the caller is cancelled: a request that was sent may make the container after its
    /// caller has left, and nobody would know of it.
    func createToTheEnd(_ name: String, _ plan: ContainerPlan) async throws {
        try Task.checkCancellation()
        try await Task { try await create(name, plan) }.value
        try Task.checkCancellation()
    }

    /// Starts a container; one that runs already is no error.
    func start(_ name: String) async throws(DockerError) {
        _ = try await send(.post, "/containers/\(Self.escaped(name))/start")
    }

    /// The container of that name; nil where there is none.
    func container(_ name: String) async throws(DockerError) -> DockerContainer? {
        let answer = try await send(.get, "/containers/\(Self.escaped(name))/json", expected: [404])
        return answer.status == 404 ? nil : try Self.read(answer)
    }

    /// Returns when the container does not run, however long that takes. One that is not there does not run.
    func waitUntilStopped(_ name: String) async throws(DockerError) {
        do {
            let stream = try await stream(
                .post, "/containers/\(Self.escaped(name))/wait?condition=not-running", headWithin: .seconds(30),
                silence: nil)
            while try await stream.next() != nil {}
        } catch {
            let error = DockerError(error)
            guard case .refused(404, _) = error else { throw error }
        }
    }

    /// Asks the container's main process to end, and forces it after `grace` seconds. Returns at its end.
    func stop(_ name: String, grace: Int) async throws(DockerError) {
        _ = try await send(
            .post, "/containers/\(Self.escaped(name))/stop?t=\(grace)", within: Self.requestTime + .seconds(grace),
            expected: [404])
    }

    /// Ends a container and deletes it with what it wrote. One that is not there, or is being deleted, is no error.
    func remove(_ name: String) async throws(DockerError) {
        _ = try await send(.delete, "/containers/\(Self.escaped(name))?force=1&v=1", expected: [404, 409])
    }

    /// The last lines that the container's main process printed, at most 2 KiB.
    func logTail(_ name: String, lines: Int) async throws(DockerError) -> String {
        let answer = try await send(
            .get, "/containers/\(Self.escaped(name))/logs?stdout=1&stderr=1&tail=\(lines)", expected: [404])
        return answer.status == 404 ? "" : String(ContainerLog.text(answer.body.readableBytesView).suffix(2048))
    }

    /// Names of the containers that carry a label `NAME=VALUE`, whatever their state.
    func containers(label: String) async throws(DockerError) -> [String] {
        struct Item: Decodable {
            var names: [String]

            enum CodingKeys: String, CodingKey {
                case names = "Names"
            }
        }
        let filters = Self.escaped(#"{"label":["\#(label)"]}"#)
        let items: [Item] = try Self.read(try await send(.get, "/containers/json?all=1&filters=\(filters)"))
        return items.compactMap { $0.names.first.map { String($0.drop { $0 == "/" }) } }.sorted()
    }

    /// Whether there is a network of that name.
    func hasNetwork(_ name: String) async throws(DockerError) -> Bool {
        try await send(.get, "/networks/\(Self.escaped(name))", expected: [404]).status != 404
    }

    /// Makes a network; one of that name that is there already is no error.
    func createNetwork(_ name: String, label: String) async throws(DockerError) {
        struct Body: Encodable {
            var name: String
            var checkDuplicate = true
            var labels: [String: String]
        }
        _ = try await send(
            .post, "/networks/create", Body(name: name, labels: [label: "1"]), expected: [409])
    }

    /// Deletes a network, unless a container still uses it.
    func removeNetwork(_ name: String) async throws(DockerError) {
        _ = try await send(.delete, "/networks/\(Self.escaped(name))", expected: [403, 404])
    }
}

/// The output of a container without a terminal: frames of an eight-byte head (stream, three zeros, length) and text.
enum ContainerLog {
    static func text(_ bytes: some Collection<UInt8>) -> String {
        let bytes = Array(bytes)
        var text: [UInt8] = []
        var next = 0
        while next + 8 <= bytes.count {
            let length = bytes[(next + 4)..<(next + 8)].reduce(0) { $0 << 8 | Int($1) }
            let end = min(next + 8 + length, bytes.count)
            text += bytes[(next + 8)..<end]
            next = end
        }
        var result = String(decoding: text, as: UTF8.self)
        while result.last?.isWhitespace == true { result.removeLast() }
        return result
    }
}
