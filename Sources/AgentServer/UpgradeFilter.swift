import NIOCore
import NIOHTTP1

/// Keeps requests that ask for an upgrade from NIO's handler of upgrades, but for those that it takes: one that it
/// declines it loses, and the client never gets an answer. What they ask for stands in ``Request/upgrade``.
final class UpgradeFilter: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    /// Where the field's value is put.
    static let field = "x-asked-upgrade"

    private let isTaken: (_ path: String) -> Bool
    /// The connection is no more of HTTP's: what comes is of another type.
    private var isOver = false

    /// - Parameter isTaken: whether the handler of upgrades takes a path.
    init(isTaken: @escaping (_ path: String) -> Bool) {
        self.isTaken = isTaken
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver, case .head(var head) = unwrapInboundIn(data) else {
            context.fireChannelRead(data)
            return
        }
        head.headers.remove(name: Self.field)
        if let asked = head.headers.first(name: "upgrade") {
            if isTaken(head.target.path) {
                isOver = true
            } else {
                head.headers.remove(name: "upgrade")
                head.headers.add(name: Self.field, value: asked)
            }
        }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }
}
