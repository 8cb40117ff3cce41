import NIOCore
import NIOPosix

@testable import AgentClient

/// A peer that answers the nth request of all its connections by the nth step of its script.
final class ScriptedAgent: Sendable {
    enum Step: Sendable {
        /// Sends these bytes.
        case answer(String)
        /// Sends these bytes and closes.
        case answerAndClose(String)
        /// Closes without a word.
        case hangUp
        /// Never answers.
        case ignore
        /// Sends that many bytes of body, as fast as they are taken.
        case flood(bytes: Int)
    }

    let address: AgentAddress
    private let channel: any Channel
    private let script: NIOLockedValue
    /// How many connections were accepted so far.
    var connections: Int { script.value.withLock { $0.connections } }
    /// How many bytes of a flood the kernel took.
    var flooded: Int { script.value.withLock { $0.flooded } }

    static func start(unixSocket path: String? = nil, _ steps: [Step]) async throws -> ScriptedAgent {
        let script = NIOLockedValue(steps)
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                script.value.withLock { $0.connections += 1 }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ScriptHandler(script: script))
                }
            }
        let channel: any Channel
        let address: AgentAddress
        if let path {
            channel = try await bootstrap.bind(unixDomainSocketPath: path).get()
            address = .unix(path: path)
        } else {
            channel = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
            address = .tcp(ip: "127.0.0.1", port: channel.localAddress?.port ?? 0)
        }
        return ScriptedAgent(address: address, channel: channel, script: script)
    }

    private init(address: AgentAddress, channel: any Channel, script: NIOLockedValue) {
        self.address = address
        self.channel = channel
        self.script = script
    }

    func stop() async throws {
        try await channel.close()
    }
}

func ok(_ body: String, headers: String = "") -> String {
    "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
}
