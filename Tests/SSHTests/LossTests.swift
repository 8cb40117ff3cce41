import Glibc
import Testing

@testable import SSH

/// Sessions whose peer goes away.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LossTests {
    private let quick = KeepAlive(interval: .milliseconds(200), limit: 3)

    @Test func idleSession_staysAsLongAsItsPeerAnswers() async throws {
        try await RealSSHD.with { sshd in
            try await sshd.session(keepAlive: KeepAlive(interval: .milliseconds(300), limit: 3)) { session in
                let result = try await session.run("sleep 2; echo on", input: .none, within: .seconds(50))
                #expect(result.output == "on\n")
            }
        }
    }

    @Test func killedServer_endsTheSession_andAllItsChannels() async throws {
        let echo = try LoopbackServer.echo()
        try await RealSSHD.with { sshd in
            try await sshd.session { session in
                let stream = try await session.openStream(to: "127.0.0.1", port: echo.port)
                let socket = try await session.socket(to: "127.0.0.1", port: echo.port)
                let reading = Task { try await stream.read() }
                let command = Task { try await session.run("sleep 60", input: .none, within: .seconds(50)) }
                await sshd.kill()
                #expect(await session.closed.code == .connectionLost)
                #expect(await #expect(throws: SSHError.self) { try await reading.value }?.code == .connectionLost)
                #expect(await #expect(throws: SSHError.self) { try await command.value }?.code == .connectionLost)
                let end = await blocking {
                    _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) & ~O_NONBLOCK)
                    return LoopbackServer.Connection(file: socket).readAll()
                }
                close(socket)
                #expect(end == [])
                let later = await #expect(throws: SSHError.self) {
                    try await session.openStream(to: "127.0.0.1", port: echo.port)
                }
                #expect(later?.code == .connectionLost)
            }
        }
    }

    @Test func stoppedServer_isNoticedWithinTheBound() async throws {
        try await RealSSHD.with { sshd in
            try await sshd.session(keepAlive: quick) { session in
                sshd.signal(SIGSTOP)
                let start = ContinuousClock.now
                let end = await session.closed
                let time = ContinuousClock.now - start
                #expect(end.code == .connectionLost)
                #expect(end.detail.contains("no answer for 0.6 s"))
                // The bound is 0.6 s; a busy machine takes its time.
                #expect(time < .seconds(30))
            }
        }
    }

    @Test func stoppedServer_isNoticed_whileATunnelIsBeingOpened() async throws {
        let echo = try LoopbackServer.echo()
        try await RealSSHD.with { sshd in
            try await sshd.session(keepAlive: quick) { session in
                sshd.signal(SIGSTOP)
                let error = await #expect(throws: SSHError.self) {
                    try await session.openStream(to: "127.0.0.1", port: echo.port)
                }
                #expect(error?.code == .connectionLost)
            }
        }
    }

    @Test func closedSession_endsWhatIsOpen() async throws {
        let echo = try LoopbackServer.echo()
        try await RealSSHD.with { sshd in
            try await withLoop { loop in
                let session = try await SSHSession.connect(
                    to: sshd.target(), hostKeys: KnownHosts(), within: .seconds(50), on: loop)
                let stream = try await session.openStream(to: "127.0.0.1", port: echo.port)
                let reading = Task { try await stream.read() }
                await session.close()
                await session.close()
                #expect(await #expect(throws: SSHError.self) { try await reading.value }?.code == .cancelled)
                #expect(await session.closed.code == .cancelled)
            }
        }
    }

    @Test func loopThatIsShutDown_endsEverything() async throws {
        try await RealSSHD.with { sshd in
            let loop = try SSHLoop()
            let session = try await SSHSession.connect(
                to: sshd.target(), hostKeys: KnownHosts(), within: .seconds(50), on: loop)
            async let closed = session.closed
            await loop.shutDown()
            await loop.shutDown()
            #expect(await closed.code == .cancelled)
            let error = await #expect(throws: SSHError.self) {
                try await SSHSession.connect(to: sshd.target(), hostKeys: KnownHosts(), within: .seconds(50), on: loop)
            }
            #expect(error?.code == .cancelled)
        }
    }
}
