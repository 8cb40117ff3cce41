import Foundation
import Glibc
import SSH
import Synchronization
import Testing

/// A real `sshd` on a free loopback port, with keys and files of its own; it and its children end with the test.
final class RealSSHD: Sendable {
    let folder: URL
    let port: Int
    let user = NSUserName()
    /// The private key that opens it, Ed25519.
    let key: String
    private let process: Mutex<Process?> = Mutex(nil)

    /// Starts one for the length of `body`.
    ///
    /// - Parameters:
    ///   - settings: further lines of `sshd_config`.
    ///   - hostKeyType: as `ssh-keygen -t`.
    static func with<Value>(
        _ settings: [String] = [], hostKeyType: String = "ed25519", _ body: (RealSSHD) async throws -> Value
    ) async throws -> Value {
        let sshd = try await RealSSHD(settings, hostKeyType)
        defer { sshd.stop() }
        return try await body(sshd)
    }

    private init(_ settings: [String], _ hostKeyType: String) async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("sshd-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
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
            ]
        try lines.joined(separator: "\n").appending("\n").write(
            toFile: path + "/sshd_config", atomically: true, encoding: .utf8)
        try await start()
    }

    /// Starts it, again after `kill`, and waits until it listens.
    func start() async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/sshd")
        process.arguments = ["-D", "-e", "-f", folder.path + "/sshd_config"]
        let pipe = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = pipe
        try process.run()
        self.process.withLock { $0 = process }
        let log = pipe.fileHandleForReading.fileDescriptor
        let listens = await blocking {
            var text = ""
            var buffer = [UInt8](repeating: 0, count: 4096)
            while !text.contains("Server listening") {
                let size = read(log, &buffer, buffer.count)
                if size <= 0 { return "sshd ended: \(text)" }
                text += String(decoding: buffer.prefix(size), as: UTF8.self)
            }
            return ""
        }
        try #require(listens == "")
        // What it says from now on is kept for who looks for a failure, and never blocks it.
        let file = folder.path + "/log"
        Task.detached {
            await blocking {
                let out = open(file, O_WRONLY | O_CREAT | O_APPEND, 0o600)
                var buffer = [UInt8](repeating: 0, count: 4096)
                while case let size = read(log, &buffer, buffer.count), size > 0 { write(out, buffer, size) }
                close(out)
                withExtendedLifetime(pipe) {}
            }
        }
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

    var log: String {
        (try? String(contentsOfFile: folder.path + "/log", encoding: .utf8)) ?? ""
    }

    /// Sends a signal to it and to all that serve its connections.
    func signal(_ number: Int32) {
        guard let pid = process.withLock({ $0?.processIdentifier }) else { return }
        for pid in [pid] + Self.descendants(of: pid) { Glibc.kill(pid, number) }
    }

    private static func descendants(of pid: Int32) -> [Int32] {
        let path = "/proc/\(pid)/task/\(pid)/children"
        let children = ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: " ")
            .compactMap { Int32($0) }
        return children.flatMap { [$0] + descendants(of: $0) }
    }

    func kill() {
        signal(SIGCONT)
        signal(SIGKILL)
        process.withLock { process in
            process?.waitUntilExit()
            process = nil
        }
    }

    private func stop() {
        kill()
        try? FileManager.default.removeItem(at: folder)
    }
}
