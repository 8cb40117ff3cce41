import AgentClient
import FoundationEssentials

/// The Docker Engine's HTTP API, as far as tasks need it. Version 1.41 is that of Docker 20.10 (2020); newer engines
/// serve it too.
///
/// Source: the Engine's own API reference, https://docs.docker.com/reference/api/engine/version/v1.41/.
struct DockerEngine: Sendable {
    static let defaultSocket = "/var/run/docker.sock"
    /// For what the engine answers at once; making and removing containers waits for the kernel and the disk.
    static let requestTime = Duration.seconds(120)

    /// Path of the engine's socket.
    let socket: String
    private let client: AgentHTTPClient

    init(socket: String, on loops: AgentLoops = .shared) {
        self.socket = socket
        client = AgentHTTPClient(idlePerAddress: 4, on: loops)
    }

    /// What answers at the socket.
    func version() async throws(DockerError) -> DockerVersion {
        try Self.read(try await send(.get, "/version", within: .seconds(5)))
    }

    /// The directory of its images and containers.
    func directory() async throws(DockerError) -> String {
        struct Info: Decodable {
            let directory: String

            enum CodingKeys: String, CodingKey { case directory = "DockerRootDir" }
        }
        let info: Info = try Self.read(try await send(.get, "/info", within: .seconds(5)))
        return info.directory
    }

    // MARK: Requests

    /// Sends a request and gives the answer where its status is below 400 or among `expected`.
    func send(
        _ method: AgentRequest.Method, _ path: String, _ body: (any Encodable)? = nil,
        headers: [AgentRequest.Header] = [], within time: Duration = requestTime, expected: Set<Int> = []
    ) async throws(DockerError) -> AgentResponse {
        do {
            let request = try Self.request(method, path, body, headers)
            let answer = try await client.send(request, to: .unix(path: socket), within: time)
            guard answer.status < 400 || expected.contains(answer.status) else {
                throw DockerError.refused(status: answer.status, message: Self.message(answer.text))
            }
            return answer
        } catch {
            throw DockerError(error)
        }
    }

    /// Sends a request whose answer comes piece by piece, for as long as it takes.
    ///
    /// - Parameter silence: the longest time without a piece; nil means no limit.
    func stream(
        _ method: AgentRequest.Method, _ path: String, headers: [AgentRequest.Header] = [],
        headWithin time: Duration, silence: Duration?
    ) async throws(DockerError) -> AgentResponseStream {
        do {
            let request = try Self.request(method, path, nil, headers)
            let stream = try await client.stream(
                request, from: .unix(path: socket), headWithin: time, silence: silence)
            guard stream.status < 400 else {
                let bytes = try await stream.next()
                throw DockerError.refused(
                    status: stream.status, message: Self.message(bytes.map { String(buffer: $0) } ?? ""))
            }
            return stream
        } catch {
            throw DockerError(error)
        }
    }

    static func read<Value: Decodable>(_ answer: AgentResponse) throws(DockerError) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(answer.body.readableBytesView))
        } catch {
            throw .malformed("\(Value.self): \(error)")
        }
    }

    private static func request(
        _ method: AgentRequest.Method, _ path: String, _ body: (any Encodable)?, _ headers: [AgentRequest.Header]
    ) throws -> AgentRequest {
        var headers = headers
        var bytes: ByteBuffer?
        if let body {
            headers.append(.init("Content-Type", "application/json"))
            bytes = ByteBuffer(bytes: try EngineJSON.encode(body))
        }
        return AgentRequest(method, "/v1.41" + path, headers: headers, body: bytes, isRepeatable: true)
    }

    /// The engine's own words, out of `{"message": …}`.
    static func message(_ text: String) -> String {
        struct Answer: Decodable {
            var message: String
        }
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(text.utf8)) else {
            return text  // not its own words: a proxy's, say
        }
        return answer.message
    }

    /// A name as one part of a path or query.
    static func escaped(_ text: String) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~".utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        let bytes = text.utf8.flatMap { byte in
            plain.contains(byte) ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// JSON as the engine writes it: names begin with a capital.
enum EngineJSON {
    static func encode(_ value: any Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .custom { path in
            let key = path[path.count - 1].stringValue
            return Key(stringValue: key.prefix(1).uppercased() + key.dropFirst())
        }
        return try encoder.encode(value)
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

/// Answer of `GET /version`.
struct DockerVersion: Decodable, Equatable, Sendable {
    var version: String
    /// As in Go: `amd64`, `arm64`, …
    var architecture: String

    enum CodingKeys: String, CodingKey {
        case version = "Version"
        case architecture = "Arch"
    }
}
