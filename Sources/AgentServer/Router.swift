import NIOHTTP1

/// The routes of one agent: which handler answers which method and path.
///
/// A pattern is a path whose parts may be `{name}`: such a part takes any text without a slash.
public struct Router: Sendable {
    public typealias Handler = @Sendable (Request) async throws -> Response
    public typealias WebSocketHandler = @Sendable (Query, WebSocketWriter) async throws -> Void

    private struct Route<Target: Sendable>: Sendable {
        let method: HTTPMethod
        let parts: [Substring]
        let target: Target
    }

    private var routes: [Route<Handler>] = []
    private var webSockets: [Route<WebSocketHandler>] = []

    public init() {}

    /// Answers `method` on `pattern` by `handler`.
    public mutating func on(_ method: HTTPMethod, _ pattern: String, _ handler: @escaping Handler) {
        routes.append(Route(method: method, parts: Self.parts(of: pattern), target: handler))
    }

    /// Upgrades GET on `path` to a WebSocket; it is closed when `handler` returns, and `handler` is cancelled when
    /// the client closes it.
    public mutating func onWebSocket(_ path: String, _ handler: @escaping WebSocketHandler) {
        webSockets.append(Route(method: .GET, parts: Self.parts(of: path), target: handler))
    }

    /// The handler for a request, with its parameters. Throws `HTTPFailure` 404, or 405 where other methods exist.
    func handler(for method: HTTPMethod, _ path: String) throws(HTTPFailure) -> (Handler, Parameters) {
        let parts = Self.parts(of: path)
        var allowed: [String] = []
        for route in routes {
            guard let parameters = Self.match(route.parts, parts) else { continue }
            if route.method == method { return (route.target, parameters) }
            allowed.append(route.method.rawValue)
        }
        if webSockets.contains(where: { $0.parts == parts }) {
            throw HTTPFailure(.upgradeRequired, "'\(path)' speaks WebSocket only")
        }
        guard allowed.isEmpty else {
            throw HTTPFailure(
                .methodNotAllowed,
                "'\(path)' does not answer \(method.rawValue), but \(allowed.joined(separator: ", "))")
        }
        throw HTTPFailure(.notFound, "no such endpoint: '\(path)'")
    }

    func webSocketHandler(for path: String) -> WebSocketHandler? {
        let parts = Self.parts(of: path)
        return webSockets.first { $0.parts == parts }?.target
    }

    private static func parts(of path: String) -> [Substring] {
        path.split(separator: "/", omittingEmptySubsequences: true)
    }

    private static func match(_ pattern: [Substring], _ parts: [Substring]) -> Parameters? {
        guard pattern.count == parts.count else { return nil }
        var parameters = Parameters()
        for (wanted, given) in zip(pattern, parts) {
            if wanted.hasPrefix("{") && wanted.hasSuffix("}") {
                parameters.values[String(wanted.dropFirst().dropLast())] = String(given)
            } else if wanted != given {
                return nil
            }
        }
        return parameters
    }
}
