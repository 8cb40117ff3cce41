import CLibSSH2
import Glibc
import Testing

@testable import SSH

/// Sessions whose peer goes away.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LossTests {
    /// It notices nothing in the time of a test.
    private let never = KeepAlive(interval: .seconds(600), limit: 3)
    private let quick = KeepAlive(interval: .milliseconds(200), limit: 3)

    @Test func idleSession_staysAsLongAsItsPeerAnswers() async throws {
        try await RealSSHD.with { sshd in
            try await sshd.session(keepAlive: KeepAlive(interval: .seconds(1), limit: 3)) { session in
                let result = try await session.run("sleep 5; echo on", input: .none, within: .seconds(50))
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

    @Test func killedServer_isNoticed_whereNobodyReads() async throws {
        let echo = try LoopbackServer.echo()
        try await RealSSHD.with { sshd in
            try await sshd.session(keepAlive: never) { session in
                let stream = try await session.openStream(to: "127.0.0.1", port: echo.port)
                await sshd.kill()
                #expect(await session.closed.code == .connectionLost)
                stream.close()
            }
        }
    }

    @Test func serverThatEndsTheSessionInWords_isNoticedAtOnce_andQuoted() async throws {
        try await RealSSHD.with { sshd in
            try await sshd.session(keepAlive: never) { session in
                try await session.perform { session, core, pending in
                    session.open(
                        Opening(kind: .command, isAbandoned: { false }) { _ in
                            pending.succeed(())
                            return LateRequest()
                        } fail: {
                            pending.fail($0)
                        }, in: core)
                }
                let end = await session.closed
                #expect(end.code == .connectionLost)
                #expect(end.detail.contains("the server ended it (") && end.detail.contains("unknown channel"))
            }
        }
    }

    /// Asks for something on a channel that both sides have closed: OpenSSH ends the whole session for that.
    private final class LateRequest: ChannelRole {
        func pump(_ channel: OpaquePointer, of session: SessionCore, in core: LoopCore) -> Pumped {
            if libssh2_channel_close(channel) != LIBSSH2_ERROR_EAGAIN {
                libssh2_channel_setenv_ex(channel, "NAME", 4, "value", 5)
            }
            return .waiting
        }

        func fail(_ error: SSHError, in core: LoopCore) {}
    }

    @Test func damagedData_endsTheSession_andNothingBehindItArrives() async throws {
        let echo = try LoopbackServer.echo()
        try await RealSSHD.with { sshd in
            let line = try DamagedLine(to: sshd.port)
            var target = sshd.target()
            target.hop.port = line.port
            try await sshd.session(target, keepAlive: never) { session in
                let stream = try await session.openStream(to: "127.0.0.1", port: echo.port)
                try await stream.write([1])
                #expect(try await stream.read() == [1])
                line.damage()
                try await stream.write([2])
                #expect(await #expect(throws: SSHError.self) { try await stream.read() }?.code == .connectionLost)
                #expect(await session.closed.code == .connectionLost)
            }
        }
    }

    @Test func openingThatFails_withoutARefusal_endsTheSession() async throws {
        let echo = try LoopbackServer.echo()
        try await RealSSHD.with { sshd in
            var target = sshd.target()
            for isCommand in [false, true] {
                let line = try DamagedLine(to: sshd.port)
                target.hop.port = line.port
                try await sshd.session(target, keepAlive: never) { session in
                    line.damage()
                    let error = await #expect(throws: SSHError.self) {
                        if isCommand {
                            _ = try await session.run("true", input: .none, within: .seconds(50))
                        } else {
                            close(try await session.socket(to: "127.0.0.1", port: echo.port))
                        }
                    }
                    #expect(error?.code == .connectionLost)
                    #expect(await session.closed.code == .connectionLost)
                }
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
