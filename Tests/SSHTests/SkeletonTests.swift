import Glibc
import Testing

@testable import SSH

@Suite(.timeLimit(.minutes(1))) struct SkeletonTests {
    @Test func commandGetsItsInput_andItsStatusAndOutputsComeBack() async throws {
        try await RealSSHD.with { sshd in
            try await sshd.session { session in
                let result = try await session.run(
                    "cat; echo oops >&2; exit 7", input: .bytes(Array("hello".utf8)), within: .seconds(10))
                #expect(result == ShellResult(status: 7, output: "hello", errors: "oops\n"))
            }
        }
    }

    @Test func stream_carriesBothWays_andItsHalvesEndAlone() async throws {
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
            }
        }
    }

    @Test func socket_carriesBothWays_andItsHalvesEndAlone() async throws {
        let server = try LoopbackServer { connection in
            let all = connection.readAll()
            connection.write(all.reversed())
        }
        try await RealSSHD.with { sshd in
            try await sshd.session { session in
                let socket = try await session.socket(to: "127.0.0.1", port: server.port)
                let got = await blocking {
                    let flags = fcntl(socket, F_GETFL)
                    _ = fcntl(socket, F_SETFL, flags & ~O_NONBLOCK)
                    let connection = LoopbackServer.Connection(file: socket)
                    connection.write("abc")
                    connection.closeWrite()
                    return connection.readAll()
                }
                close(socket)
                #expect(String(decoding: got, as: UTF8.self) == "cba")
            }
        }
    }
}
