import NIOCore
import NIOHTTP1

/// One HTTP request, as a route's handler gets it.
///
/// The handler's task owns it: the body is read from the connection while the handler asks for it, so a request
/// cannot be handed to another task.
public struct Request {
    public let method: HTTPMethod
    /// The path, percent-decoded, without the query.
    public let path: String
    public let query: Query
    public let headers: HTTPHeaders
    /// What the route's `{name}` parts stood for.
    public let parameters: Parameters
    public let body: RequestBody
    /// The connection that the request came on: its addresses and its event loop.
    public let channel: any Channel

    /// The protocol that the client asks to go on with, in lower case.
    public var upgrade: String? { headers.first(name: UpgradeFilter.field)?.lowercased() }
}

/// The values of a route's `{name}` parts.
public struct Parameters: Sendable, Equatable {
    var values: [String: String] = [:]

    /// The value of the part `name`, empty where the route has no such part.
    public subscript(name: String) -> String { values[name] ?? "" }
}
