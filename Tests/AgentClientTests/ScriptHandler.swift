import NIOCore
import Synchronization

/// What a scripted agent's connections share.
final class NIOLockedValue: Sendable {
    struct Script {
        var steps: ArraySlice<ScriptedAgent.Step>
        var connections = 0
        var flooded = 0
    }

    let value: Mutex<Script>

    init(_ steps: [ScriptedAgent.Step]) {
        value = Mutex(Script(steps: steps[...]))
    }
}

/// Answers one request for each blank line that it reads (requests here end with their head or a short body).
final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let script: NIOLockedValue
    private var received = ""

    init(script: NIOLockedValue) {
        self.script = script
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        guard received.contains("\r\n\r\n") else { return }
        received = ""
        switch script.value.withLock({ $0.steps.popFirst() }) {
        case .answer(let text):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        case .answerAndClose(let text):
            let loopBound = NIOLoopBound(context, eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text))).whenComplete { _ in
                loopBound.value.close(promise: nil)
            }
        case .hangUp, nil:
            context.close(promise: nil)
        case .ignore:
            break
        case .flood(let bytes):
            let head = "HTTP/1.1 200 OK\r\nContent-Length: \(bytes)\r\n\r\n"
            context.write(wrapOutboundOut(ByteBuffer(string: head)), promise: nil)
            flood(bytes, context)
        }
    }

    private func flood(_ left: Int, _ context: ChannelHandlerContext) {
        let piece = min(left, 1 << 16)
        guard piece > 0 else { return }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(repeating: 120, count: piece))).whenSuccess {
            let (handler, context) = bound.value
            handler.script.value.withLock { $0.flooded += piece }
            handler.flood(left - piece, context)
        }
    }
}
