import HTTPClient
import Wire

/// The server's HTTP API, low level: one method per endpoint, in groups (`runs`, `fleets`, …).
///
/// A value without state of its own; copies share the transport's connections.
public struct APIClient: Sendable {
    /// The version of dstack's API that this client speaks, sent with each request.
    public static let apiVersion = "0.22.5"

    /// Where the server is.
    public let address: ServerAddress
    let token: String?
    private let transport: any HTTPTransport

    /// The largest answer that is read into memory: 256 MiB.
    private static let answerLimitBytes = 256 << 20

    /// Creates a client.
    ///
    /// - Parameters:
    ///   - address: where the server is.
    ///   - token: the user's token; `nil` for the endpoints that are open to all.
    ///   - transport: carries the requests; libcurl by default.
    public init(address: ServerAddress, token: String?, transport: any HTTPTransport = CurlTransport()) {
        self.address = address
        self.token = token
        self.transport = transport
    }

    /// Creates a client from an address as text.
    ///
    /// - Throws: ``ClientError/Code/badAddress``.
    public init(url: String, token: String?, transport: any HTTPTransport = CurlTransport()) throws(ClientError) {
        guard let address = ServerAddress(url) else {
            throw ClientError(.badAddress, server: url, path: "")
        }
        self.init(address: address, token: token, transport: transport)
    }

    // MARK: Exchanges

    func post<Reply: Decodable>(
        _ path: String, _ body: some Encodable, as type: Reply.Type = Reply.self
    ) async throws(ClientError) -> Reply {
        try decode(try await post(raw: path, body), at: path)
    }

    func post(_ path: String, _ body: some Encodable) async throws(ClientError) {
        _ = try await post(raw: path, body)
    }

    func post<Reply: Decodable>(_ path: String, as type: Reply.Type = Reply.self) async throws(ClientError) -> Reply {
        let response = try await send("POST", path, headers: [:], body: nil)
        return try decode(try await collect(response, path), at: path)
    }

    func get<Reply: Decodable>(_ path: String, as type: Reply.Type = Reply.self) async throws(ClientError) -> Reply {
        let response = try await send("GET", path, headers: [:], body: nil)
        return try decode(try await collect(response, path), at: path)
    }

    /// Sends a JSON body and returns the answer's bytes as they came.
    func post(raw path: String, _ body: some Encodable) async throws(ClientError) -> [UInt8] {
        let bytes: [UInt8]
        do {
            bytes = try WireJSON.encode(body)
        } catch {
            throw ClientError(.unsendable("\(error)"), server: "\(address)", path: path)
        }
        return try await post(bytes: path, bytes, contentType: "application/json")
    }

    /// Sends a body of any type and returns the answer's bytes as they came.
    func post(bytes path: String, _ body: [UInt8], contentType: String) async throws(ClientError) -> [UInt8] {
        let response = try await send("POST", path, headers: ["Content-Type": contentType], body: body)
        return try await collect(response, path)
    }

    /// Sends a request and returns once a response of success is there; any other becomes an error.
    func send(
        _ method: String, _ path: String, headers: HTTPHeaders, body: [UInt8]?
    ) async throws(ClientError) -> HTTPResponse {
        var request = HTTPRequest(
            method: method, url: address.base + path, headers: headers, body: body, unixSocket: address.unixSocket)
        request.headers["X-API-VERSION"] = Self.apiVersion
        if let token {
            request.headers["Authorization"] = "Bearer \(token)"
        }
        let response: HTTPResponse
        do {
            response = try await transport.send(request)
        } catch {
            throw ClientError(.unreachable(error), server: "\(address)", path: path)
        }
        guard response.status >= 300 else {
            return response
        }
        throw try await refusal(response, path)
    }

    func decode<Reply: Decodable>(_ bytes: [UInt8], at path: String) throws(ClientError) -> Reply {
        do {
            return try WireJSON.decode(from: bytes, unknownFields: .ignored)
        } catch {
            throw ClientError(.unreadableAnswer("\(error)"), server: "\(address)", path: path)
        }
    }

    private func collect(_ response: HTTPResponse, _ path: String) async throws(ClientError) -> [UInt8] {
        do {
            return try await response.body.collect(upTo: Self.answerLimitBytes)
        } catch {
            throw ClientError(.unreachable(error), server: "\(address)", path: path)
        }
    }

    private func refusal(_ response: HTTPResponse, _ path: String) async throws(ClientError) -> ClientError {
        let code: ClientError.Code =
            switch response.status {
            case 400: .refused
            case 401: .unauthorized
            case 403: .forbidden
            case 404: .notFound
            case 405: .notServed
            case 422: .invalid
            default: .failed(status: response.status)
            }
        let details = ErrorBody.details(in: try await collect(response, path))
        return ClientError(code, server: "\(address)", path: path, details: details)
    }
}
