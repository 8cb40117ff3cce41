import Foundation
import Glibc
import Synchronization
import Testing

@testable import SSH

/// A real `sshd` on a free loopback port, with keys and files of its own; it and its children end with the test.
final class RealSSHD: Sendable {
    let folder: URL
    let port: Int
    let user = NSUserName()
    /// The private key that opens it, Ed25519.
    let key: String
    private let process: Mutex<Program?> = Mutex(nil)

    /// Starts one for the length of `body`.
    ///
    /// - Parameters:
    ///   - settings: further lines of `sshd_config`.
    ///   - hostKeyType: as `ssh-keygen -t`.
    static func with<Value>(
        _ settings: [String] = [], hostKeyType: String = "ed25519", _ body: (RealSSHD) async throws -> Value
    ) async throws -> Value {
        let sshd = try await RealSSHD(settings, hostKeyType)
        do {
            let value = try await body(sshd)
            await sshd.stop()
            return value
        } catch {
            await sshd.stop()
            throw error
        }
    }

    private init(_ settings: [String], _ hostKeyType: String) async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("sshd-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        // Needed, and allowed, for root alone.
        try? FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        port = try LoopbackServer.freePort()
        let path = folder.path
        try await Self.makeKey(path + "/host_key", type: hostKeyType)
        try await Self.makeKey(path + "/key", type: "ed25519")
        key = try String(contentsOfFile: path + "/key", encoding: .utf8)
        try FileManager.default.copyItem(atPath: path + "/key.pub", toPath: path + "/authorized_keys")
        let lines =
            settings + [
                "Port \(port)", "ListenAddress 127.0.0.1", "HostKey \(path)/host_key",
                "AuthorizedKeysFile \(path)/authorized_keys", "StrictModes no", "UsePAM no", "PidFile none",
                "PasswordAuthentication no", "KbdInteractiveAuthentication no", "LogLevel VERBOSE",
                // A shell that is not the first one reads no `.bashrc`, where the user's own programs would say things beside ours.
                "SetEnv SHLVL=2",
            ]
        try lines.joined(separator: "\n").appending("\n").write(
            toFile: path + "/sshd_config", atomically: true, encoding: .utf8)
        try await start()
    }

    /// Starts it, again after `kill`, and waits until it listens, which is the first that it says.
    func start() async throws {
        let listens = Gate()
        let command = "exec /usr/sbin/sshd -D -e -f '\(folder.path)/sshd_config' 2>&1"
        let program = try Program.start(["/bin/sh", "-c", command]) { listens.open() }
        process.withLock { $0 = program }
        await listens.wait()
        try #require(!program.hasEnded)
    }

    static func makeKey(_ path: String, type: String, passphrase: String = "", more: [String] = []) async throws {
        try await runProgram("/usr/bin/ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-f", path] + more)
    }

    /// A further key that opens it.
    func makeKey(type: String, passphrase: String = "", more: [String] = []) async throws -> String {
        let path = folder.path + "/key-\(UUID().uuidString)"
        try await Self.makeKey(path, type: type, passphrase: passphrase, more: more)
        let line = try String(contentsOfFile: path + ".pub", encoding: .utf8)
        let keys = try FileHandle(forWritingTo: folder.appendingPathComponent("authorized_keys"))
        try keys.seekToEnd()
        try keys.write(contentsOf: Data(line.utf8))
        try keys.close()
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    func target(_ identities: [SSHIdentity]? = nil, user: String? = nil, jumps: [SSHHop] = []) -> SSHTarget {
        SSHTarget(
            SSHHop(host: "127.0.0.1", port: port, user: user ?? self.user, identities: identities ?? [.key(key)]),
            jumps: jumps)
    }

    /// The line of `known_hosts` without the host's name.
    var hostKey: String {
        get throws {
            try String(contentsOfFile: folder.path + "/host_key.pub", encoding: .utf8).split(separator: " ")
                .prefix(2).joined(separator: " ")
        }
    }

    /// Sends a signal to it and to all that serve its connections.
    func signal(_ number: Int32) {
        guard let pid = process.withLock({ $0?.pid }) else { return }
        for pid in [pid] + Self.descendants(of: pid) { Glibc.kill(pid, number) }
    }

    private static func descendants(of pid: Int32) -> [Int32] {
        let path = "/proc/\(pid)/task/\(pid)/children"
        let children = ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: " ")
            .compactMap { Int32($0) }
        return children.flatMap { [$0] + descendants(of: $0) }
    }

    func kill() async {
        signal(SIGCONT)
        signal(SIGKILL)
        _ = await process.withLock { $0 }?.ending()
    }

    private func stop() async {
        await kill()
        try? FileManager.default.removeItem(at: folder)
    }
}
