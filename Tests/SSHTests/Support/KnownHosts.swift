import SSH
import Synchronization

/// Trust on first use, in memory.
final class KnownHosts: HostKeys {
    let keys: Mutex<[String: String]>

    init(_ keys: [String: String] = [:]) {
        self.keys = Mutex(keys)
    }

    func trusts(_ key: String, host: String, port: Int) async -> Bool {
        keys.withLock { keys in
            let name = "\(host):\(port)"
            if let known = keys[name] { return known == key }
            keys[name] = key
            return true
        }
    }
}

/// A loop, a usual one by itself, for the length of `body`.
func withLoop<Value>(_ made: SSHLoop? = nil, _ body: (SSHLoop) async throws -> Value) async throws -> Value {
    let loop = try made ?? SSHLoop()
    do {
        let value = try await body(loop)
        await loop.shutDown()
        return value
    } catch {
        await loop.shutDown()
        throw error
    }
}

extension RealSSHD {
    /// A session for the length of `body`.
    func session<Value>(
        _ target: SSHTarget? = nil, keepAlive: KeepAlive = KeepAlive(), _ body: (SSHSession) async throws -> Value
    ) async throws -> Value {
        try await withLoop { loop in
            let session = try await SSHSession.connect(
                to: target ?? self.target(), hostKeys: KnownHosts(), within: .seconds(50), keepAlive: keepAlive,
                on: loop)
            let value = try await body(session)
            await session.close()
            return value
        }
    }
}

extension RemoteShell {
    /// What a command gives, with time enough.
    func answer(_ command: String, input: ShellInput = .none) async throws -> ShellResult {
        try await run(command, input: input, within: .seconds(50))
    }
}
