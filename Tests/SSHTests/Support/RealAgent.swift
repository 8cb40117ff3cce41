import Foundation
import Glibc
import Testing

@testable import SSH

/// A real `ssh-agent`, for the length of a test.
enum RealAgent {
    static func with<Value>(keys: [String], in folder: String, _ body: (String) async throws -> Value) async throws
        -> Value
    {
        let socket = "/tmp/agent-\(UUID().uuidString.prefix(8))"
        let listens = Gate()
        // It says where it listens once it does.
        let agent = try Program.start(["/usr/bin/ssh-agent", "-D", "-a", socket]) { listens.open() }
        await listens.wait()
        do {
            for key in keys {
                try await runProgram("/usr/bin/env", ["SSH_AUTH_SOCK=\(socket)", "/usr/bin/ssh-add", "-q", key])
            }
            let value = try await body(socket)
            await stop(agent, socket)
            return value
        } catch {
            await stop(agent, socket)
            throw error
        }
    }

    private static func stop(_ agent: Program, _ socket: String) async {
        agent.stop()
        _ = await agent.ending()
        unlink(socket)
    }
}

/// A unix socket that takes connections and says nothing.
final class SilentSocket: Sendable {
    private let file: Int32
    private let path: String

    init(_ path: String) throws {
        self.path = path
        file = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let file = file
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(file, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 && listen(file, 8) == 0
            }
        }
        try #require(isBound)
    }

    func close() {
        Glibc.close(file)
        unlink(path)
    }
}
