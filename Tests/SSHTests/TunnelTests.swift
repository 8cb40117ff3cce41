import CLibSSH2
import Foundation
import Glibc
import Testing
import Threads

@testable import SSH

@Suite(.serialized, .timeLimit(.minutes(2))) struct TunnelTests {
    /// Blocking calls on a tunnel's socket, which is closed at the end.
    private func using<Value: Sendable>(
        _ socket: Int32, _ body: @escaping @Sendable (LoopbackServer.Connection) -> Value
    ) async -> Value {
        await blocking {
            _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) & ~O_NONBLOCK)
            defer { close(socket) }
            return body(LoopbackServer.Connection(file: socket))
        }
    }

    @Test func halves_endAlone_inStreamAndSocket() async throws {
        let server = try LoopbackServer { connection in
            let all = connection.readAll()
            connection.write(all.reversed())
        }
        try await RealSSHD.with { sshd in
            try await sshd.session { session in
                let stream = try await session.openStream(to: "127.0.0.1", port: server.port)
                try await stream.write(Array("abc".utf8))
                try await stream.closeWrite()
                var all: [UInt8] = []
                while let bytes = try await stream.read() { all += bytes }
                #expect(String(decoding: all, as: UTF8.self) == "cba")
                #expect(try await stream.read() == nil)

                let got = await using(try await session.socket(to: "127.0.0.1", port: server.port)) { connection in
                    connection.write("abc")
                    connection.closeWrite()
                    return connection.readAll()
                }
                #expect(String(decoding: got, as: UTF8.self) == "cba")
            }
        }
    }

    @Test func theFarHalf_endsFirst_andTheNearOneGoesOn() async throws {
        let received = Counter()
        let isDone = Gate()
        let server = try LoopbackServer { connection in
            connection.write("hello")
            connection.closeWrite()
            received.add(connection.readAll().count)
            isDone.open()
        }
        try await RealSSHD.with { sshd in
            try await sshd.session { session in
                let got = await using(try await session.socket(to: "127.0.0.1", port: server.port)) { connection in
                    let greeting = connection.readAll()
                    connection.write([UInt8](repeating: 5, count: 3_000_000))
                    return greeting
                }
                #expect(String(decoding: got, as: UTF8.self) == "hello")
                await isDone.wait()
                #expect(received.value == 3_000_000)
            }
        }
    }

    /// Everything arrives in order, both ways at once, on many tunnels, while both sides renew their keys.
    @Test(arguments: ["RekeyLimit default", "RekeyLimit 1M"]) func manyTunnels_carryEverything(setting: String)
        async throws
    {
        let echo = try LoopbackServer.echo()
        let size = 1_500_000
        try await RealSSHD.with([setting]) { sshd in
            try await sshd.session { session in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for index in 0..<8 {
                        group.addTask {
                            let socket = try await session.socket(to: "127.0.0.1", port: echo.port)
                            let sent = pattern(size, seed: index)
                            _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) & ~O_NONBLOCK)
                            async let writing: Void = blocking {
                                let connection = LoopbackServer.Connection(file: socket)
                                connection.write(sent)
                                connection.closeWrite()
                            }
                            let got = await blocking { LoopbackServer.Connection(file: socket).readAll() }
                            await writing
                            close(socket)
                            let isEqual = got == sent
                            #expect(isEqual)
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func slowReader_holdsTheSenderBack_andNobodyElse() async throws {
        let sent = Counter()
        let source = try LoopbackServer { connection in
            while connection.write([UInt8](repeating: 1, count: 65_536)) { sent.add(65_536) }
        }
        let echo = try LoopbackServer.echo()
        try await RealSSHD.with { sshd in
            try await sshd.session { session in
                let slow = try await session.openStream(to: "127.0.0.1", port: source.port)
                let slowSocket = try await session.socket(to: "127.0.0.1", port: source.port)
                // The others go on while two tunnels are full.
                let quick = try await session.openStream(to: "127.0.0.1", port: echo.port)
                for _ in 0..<200 {
                    try await quick.write([7])
                    #expect(try await quick.read() == [7])
                }
                // What left the sender is in windows and in buffers of sockets: some megabytes, however long it waits.
                #expect(sent.value < 40_000_000)
                #expect(try await slow.read(upTo: 10)?.count == 10)
                close(slowSocket)
            }
        }
    }

    /// 1. The peer sends what nobody takes here, to the end of all buffers. 2. It takes nothing, so what is sent to it
    /// comes to the end of its window. 3. It takes it all: the room that it gives is seen, though nobody reads.
    @Test func windowThatIsUsedUp_growsAgain_whereNobodyReads() async throws {
        let size = 20_000_000
        let received = Counter()
        let isFull = Gate()
        let isDone = Gate()
        let server = try LoopbackServer { connection in
            connection.beside {
                while connection.write([UInt8](repeating: 1, count: 65_536)) {}
            } _: {
                _ = blockUntil(isFull)
                while received.value < size, case let bytes = connection.read(), !bytes.isEmpty {
                    received.add(bytes.count)
                }
                isDone.open()
            }
        }
        try await RealSSHD.with { sshd in
            try await sshd.session(keepAlive: KeepAlive(interval: .seconds(600), limit: 3)) { session in
                let socket = try await session.socket(to: "127.0.0.1", port: server.port)
                async let using: Void = using(socket) { connection in
                    connection.write([UInt8](repeating: 2, count: size))
                    _ = blockUntil(isDone)
                }
                while try await !isFullBothWays(session) { await Task.yield() }
                isFull.open()
                await using
                #expect(received.value == size)
            }
        }
    }

    @Test func closedSocket_endsAPeerThatSendsForEver_andWhatWasWrittenArrives() async throws {
        let isEnded = Gate()
        let first = Gate()
        let server = try LoopbackServer { connection in
            if connection.read(5) == Array("hello".utf8) { first.open() }
            while connection.write([UInt8](repeating: 1, count: 65_536)) {}
            isEnded.open()
        }
        try await RealSSHD.with { sshd in
            try await sshd.session { session in
                await using(try await session.socket(to: "127.0.0.1", port: server.port)) { $0.write("hello") }
                await first.wait()
                await isEnded.wait()
            }
        }
    }

    /// An address that swallows what is sent to it: its listener takes nobody, and its queue is full.
    @Test func tunnelToNowhere_holdsNoOtherChannelUp_andTheSessionStays() async throws {
        let nowhere = try LoopbackServer.full()
        let echo = try LoopbackServer.echo()
        try await RealSSHD.with { sshd in
            try await sshd.session(keepAlive: KeepAlive(interval: .milliseconds(500), limit: 3)) { session in
                let stream = try await session.openStream(to: "127.0.0.1", port: echo.port)
                let stuck = Task { try await session.socket(to: "127.0.0.1", port: nowhere.port) }
                while try await !isOpening(session) { await Task.yield() }
                // Quiet but for the answers to the keep-alive's questions, which come all the same.
                let before = try await received(session)
                while try await received(session) == before { await Task.yield() }
                try await stream.write([7])
                #expect(try await stream.read() == [7])
                stuck.cancel()
                #expect(await #expect(throws: SSHError.self) { try await stuck.value }?.code == .cancelled)
            }
        }
    }

    @Test func openingWithoutAnAnswer_isGivenUpAfterItsTime_andTheSessionStays() async throws {
        let nowhere = try LoopbackServer.full()
        try await RealSSHD.with { sshd in
            try await sshd.session { session in
                let late = SSHError(
                    .timedOut, host: session.name,
                    detail: "the host did not open a connection to 127.0.0.1:\(nowhere.port) within 0.2 seconds")
                await #expect(throws: late) {
                    try await session.socket(to: "127.0.0.1", port: nowhere.port, within: .milliseconds(200))
                }
                await #expect(throws: late) {
                    try await session.openStream(to: "127.0.0.1", port: nowhere.port, within: .milliseconds(200))
                }
            }
        }
    }

    @Test func cancelledReadAndWrite_endAtOnce_andLoseNothing() async throws {
        let go = Gate()
        let server = try LoopbackServer { connection in
            _ = connection.read(1)
            connection.write("late")
            // Reads nothing more, so that a writer comes to wait.
            withExtendedLifetime(connection) { _ = blockUntil(go) }
        }
        try await RealSSHD.with { sshd in
            try await sshd.session { session in
                let stream = try await session.openStream(to: "127.0.0.1", port: server.port)
                let reading = Task { try await stream.read() }
                await Task.yield()
                reading.cancel()
                let error = await #expect(throws: SSHError.self) { try await reading.value }
                #expect(error?.code == .cancelled)
                try await stream.write([1])
                var got: [UInt8] = []
                while got.count < 4, let bytes = try await stream.read() { got += bytes }
                #expect(String(decoding: got, as: UTF8.self) == "late")

                let writing = Task { try await stream.write([UInt8](repeating: 0, count: 50_000_000)) }
                await Task.yield()
                writing.cancel()
                #expect(await #expect(throws: SSHError.self) { try await writing.value }?.code == .cancelled)
                stream.close()
                #expect(await #expect(throws: SSHError.self) { try await stream.read() }?.code == .cancelled)
                go.open()
            }
        }
    }

    /// The host has opened it; what is missing is missing here.
    @Test func socketThatCannotBeMade_isNotTheHostsRefusal_andTheSessionStays() async throws {
        let echo = try LoopbackServer.echo()
        let emptied = Counter()
        try await RealSSHD.with { sshd in
            let loop = try SSHLoop(logins: LoginQueue()) {
                emptied.value == 0 ? .failure(Errno(EMFILE)) : SocketPair.make()
            }
            try await withLoop(loop) { loop in
                let session = try await SSHSession.connect(
                    to: sshd.target(), hostKeys: KnownHosts(), within: .seconds(50), on: loop)
                let error = await #expect(throws: SSHError.self) {
                    try await session.socket(to: "127.0.0.1", port: echo.port)
                }
                #expect(error?.code == .localFailure)
                #expect(error?.detail.contains("this server has too many files open") == true, "\(error as Any)")
                emptied.add(1)
                close(try await session.socket(to: "127.0.0.1", port: echo.port))
                await session.close()
            }
        }
    }

    @Test func refusedTunnels_areNamed() async throws {
        let port = try LoopbackServer.freePort()
        try await RealSSHD.with { sshd in
            try await sshd.session { session in
                let error = await #expect(throws: SSHError.self) {
                    try await session.socket(to: "127.0.0.1", port: port)
                }
                #expect(error?.code == .channelRefused)
                #expect(error?.detail == "nothing answers at 127.0.0.1:\(port), as the host sees it")
            }
        }
        try await RealSSHD.with(["AllowTcpForwarding no"]) { sshd in
            try await sshd.session { session in
                let error = await #expect(throws: SSHError.self) {
                    try await session.openStream(to: "127.0.0.1", port: port)
                }
                #expect(error?.code == .forwardingRefused)
                #expect(error?.detail.contains("set `AllowTcpForwarding yes`") == true)
                // Commands go on.
                let result = try await session.run("echo in", input: .none, within: .seconds(50))
                #expect(result.output == "in\n")
            }
        }
    }

    @Test func twoThousandTunnels_oneAfterTheOther_leaveNothing() async throws {
        let echo = try LoopbackServer.echo()
        try await RealSSHD.with { sshd in
            try await sshd.session { session in
                // What is opened once for good is open by then.
                try await open(1, session, echo.port)
                let before = try descriptors()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<20 { group.addTask { try await open(100, session, echo.port) } }
                    try await group.waitForAll()
                }
                // A command's answer comes after the ends of all tunnels were taken in.
                _ = try await session.run("true", input: .none, within: .seconds(50))
                while try descriptors() > before + 8 { await Task.yield() }
                let (channels, closing) = await counts(session)
                #expect(channels == 0)
                #expect(closing == 0)
            }
        }
    }

    private func open(_ count: Int, _ session: SSHSession, _ port: Int) async throws {
        for index in 0..<count {
            if index % 2 == 0 {
                let stream = try await session.openStream(to: "127.0.0.1", port: port)
                try await stream.write([1])
                stream.close()
            } else {
                close(try await session.socket(to: "127.0.0.1", port: port))
            }
        }
    }

    /// Whether the session's one tunnel waits for its reader here and for room at its peer.
    private func isFullBothWays(_ session: SSHSession) async throws -> Bool {
        try await session.perform { (session, _, pending: Pending<Bool>) in
            let channel = session.channels.first
            let pump = channel?.role as? SocketPump
            let room = channel.map { libssh2_channel_window_write_ex($0.pointer, nil) }
            pending.succeed(pump?.inbound.isEmpty == false && room == 0)
        }
    }

    private func isOpening(_ session: SSHSession) async throws -> Bool {
        try await session.perform { (session, _, pending: Pending<Bool>) in pending.succeed(session.isOpening) }
    }

    /// When the last byte came.
    private func received(_ session: SSHSession) async throws -> UInt64 {
        try await session.perform { (session, _, pending: Pending<UInt64>) in
            pending.succeed(session.transport.received)
        }
    }

    private func descriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }

    /// Waits until no channel is in use.
    private func counts(_ session: SSHSession) async -> (Int, Int) {
        while true {
            let counts = try? await session.perform { (session, _, pending: Pending<[Int]>) in
                pending.succeed([session.channelCount, session.closingCount])
            }
            if let counts, counts != [0, 0] {
                await Task.yield()
            } else {
                return (counts?[0] ?? -1, counts?[1] ?? -1)
            }
        }
    }
}
