import Foundation
import Glibc
import Synchronization
import Testing

@testable import SSH

@Suite(.serialized, .timeLimit(.minutes(2))) struct CommandTests {
    /// Both ways to a shell answer alike.
    private func withShells(_ settings: [String] = [], _ body: (any RemoteShell, RealSSHD) async throws -> Void)
        async throws
    {
        try await RealSSHD.with(settings) { sshd in
            try await sshd.session { try await body($0, sshd) }
            let shell = try await SystemSSH.connect(
                to: sshd.target(), hostKeys: KnownHosts(), within: .seconds(50), logins: LoginQueue())
            try await body(shell, sshd)
            await shell.close()
        }
    }

    @Test func inputOutputErrorsAndStatus() async throws {
        try await withShells { shell, _ in
            let result = try await shell.run(
                "cat; echo oops >&2; exit 7", input: .bytes(Array("hello".utf8)), within: .seconds(50))
            #expect(result == ShellResult(status: 7, output: "hello", errors: "oops\n"))
            let answer = try await shell.answer("cat")
            #expect(answer == ShellResult(status: 0))
        }
    }

    @Test func commandEndedBySignal() async throws {
        try await RealSSHD.with { sshd in
            let result = try await sshd.session { session in
                try await session.run("kill -TERM $$", input: .none, within: .seconds(50))
            }
            #expect(result.status == 143)
        }
    }

    @Test func file_isSentPieceByPiece_andProgressIsTold() async throws {
        let size = 9_000_001
        try await withShells { shell, sshd in
            let source = sshd.folder.path + "/source"
            let bytes = Data(pattern(size, seed: 1))
            try bytes.write(to: URL(fileURLWithPath: source))
            let seen = Mutex<[Int]>([])
            let result = try await shell.run(
                "cat > \(source).copy && wc -c < \(source).copy",
                input: .file(path: source) { count in seen.withLock { $0.append(count) } }, within: .seconds(50))
            #expect(result == ShellResult(status: 0, output: "\(size)\n"))
            #expect(try Data(contentsOf: URL(fileURLWithPath: source + ".copy")) == bytes)
            let told = seen.withLock { $0 }
            #expect(told.last == size)
            #expect(told == told.sorted() && told.count > 10)
        }
    }

    @Test func fileThatCannotBeRead_isNamed() async throws {
        try await withShells { shell, _ in
            let error = await #expect(throws: SSHError.self) {
                try await shell.run("cat", input: .file(path: "/nowhere/file") { _ in }, within: .seconds(50))
            }
            #expect(error?.detail.contains("/nowhere/file cannot be read: No such file") == true, "\(error as Any)")
        }
    }

    @Test func muchOutput_isReadToItsEnd_andKeptInPart() async throws {
        try await withShells { shell, _ in
            let result = try await shell.run("head -c 5000000 /dev/zero; exit 3", input: .none, within: .seconds(50))
            #expect(result.output.utf8.count == 1 << 20)
            #expect(result.status == 3)
        }
    }

    @Test func commandThatReadsNothing_mayEnd_andThatTakesTooLongIsGivenUp() async throws {
        try await withShells { shell, _ in
            let input = ShellInput.bytes([UInt8](repeating: 1, count: 5_000_000))
            let answer = try await shell.answer("exit 4", input: input)
            #expect(answer.status == 4)
            let error = await #expect(throws: SSHError.self) {
                try await shell.run("sleep 60", input: .none, within: .milliseconds(300))
            }
            #expect(error?.code == .timedOut)
            #expect(error?.detail.contains("sleep 60") == true)
            // The connection stays.
            let still = try await shell.answer("echo still")
            #expect(still.output == "still\n")
        }
    }

    @Test func manyCommandsAtOnce() async throws {
        try await RealSSHD.with(["MaxSessions 50"]) { sshd in
            try await sshd.session { session in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for index in 0..<16 {
                        group.addTask {
                            let result = try await session.run("echo \(index)", input: .none, within: .seconds(50))
                            #expect(result.output == "\(index)\n")
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func moreCommandsThanTheServerAllows_areRefusedInWords() async throws {
        try await RealSSHD.with(["MaxSessions 1"]) { sshd in
            try await sshd.session { session in
                let first = Task { try await session.run("echo on; cat; sleep 60", input: .none, within: .seconds(50)) }
                // The server refuses once the first one runs.
                var refused: SSHError?
                while refused == nil {
                    do throws(SSHError) {
                        _ = try await session.run("true", input: .none, within: .seconds(50))
                    } catch {
                        refused = error
                    }
                }
                #expect(refused?.code == .channelRefused)
                #expect(refused?.detail.contains("raise `MaxSessions`") == true)
                first.cancel()
                _ = await first.result
            }
        }
    }

    @Test func cancelledCommand_endsAtOnce() async throws {
        try await withShells { shell, _ in
            let runs = Gate()
            let server = try LoopbackServer { _ in runs.open() }
            let command = "bash -c ': > /dev/tcp/127.0.0.1/\(server.port); sleep 60'"
            let task = Task { try await shell.run(command, input: .none, within: .seconds(50)) }
            await runs.wait()
            task.cancel()
            let error = await #expect(throws: SSHError.self) { try await task.value }
            #expect(error?.code == .cancelled)
        }
    }

    /// A channel that ends without the word of a server on its command: here one on which none was ever started.
    @Test func endWithoutAStatus_isAnError() async throws {
        let server = try LoopbackServer { connection in connection.write("said") }
        try await RealSSHD.with { sshd in
            try await sshd.session { session in
                let error = await #expect(throws: SSHError.self) {
                    try await session.perform { (session, core, pending: Pending<ShellResult>) in
                        let opening = Opening(kind: .direct(host: "127.0.0.1", port: server.port)) {
                            false
                        } role: { [unowned session] _ in
                            CommandRole(
                                "true", on: session.channelNumber ?? 0, stage: .running, input: BytesInput([]),
                                pending: pending
                            ) {}
                        } fail: {
                            pending.fail($0)
                        }
                        session.open(opening, in: core)
                    }
                }
                #expect(error?.code == .connectionLost)
                #expect(error?.detail == "the command ended without a status, so nobody knows how: true")
                // Others are told theirs, whatever was opened before.
                for status in [0, 3, 255] {
                    #expect(try await session.answer("exit \(status)").status == status)
                    close(try await session.socket(to: "127.0.0.1", port: server.port))
                }
            }
        }
    }
}
