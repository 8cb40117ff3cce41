import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// Handles each connection on the thread that moves its bytes, so that a request that needs nobody else is answered
/// without a change of thread.
struct OnItsLoop<Base: ServerChildChannel>: ServerChildChannel {
    let base: Base

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        base.setup(channel: channel, logger: logger)
    }

    func handle(value: Base.Value, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopExecutor(loop: value.channel.eventLoop)) {
            await base.handle(value: value, logger: logger)
        }
    }
}

extension HTTPServerBuilder {
    /// HTTP/1.1, each connection on its loop.
    static var onItsLoop: HTTPServerBuilder { HTTPServerBuilder { OnItsLoop(base: HTTP1Channel(responder: $0)) } }
}
