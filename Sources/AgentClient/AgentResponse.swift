import NIOHTTP1

/// The status line and headers of a response.
public struct AgentResponseHead: Sendable, Equatable {
    /// 100...599.
    public var status: Int
    var fields: NIOHTTP1.HTTPHeaders

    init(_ head: HTTPResponseHead) {
        status = Int(head.status.code)
        fields = head.headers
    }

    /// The first header of that name, whatever its case; nil where there is none.
    public func header(_ name: String) -> String? {
        fields.first(name: name)
    }
}

/// A response with its whole body.
public struct AgentResponse: Sendable, Equatable {
    public var head: AgentResponseHead
    public var body: ByteBuffer

    /// 100...599.
    public var status: Int { head.status }

    /// The body as text; bytes that are not UTF-8 are replaced.
    public var text: String { String(buffer: body) }
}
