import Foundation
import Glibc
import SSH

/// The Swift side of `make bench`'s measurements of SSH. Each prints seconds, or what it says.
///
///     MeasureSSH move SSHPORT USER KEYFILE PORT d|u COUNT CHANNELS    bytes by sockets of one session
///     MeasureSSH stream SSHPORT USER KEYFILE PORT d|u COUNT CHANNELS  the same by streams, without a socket between
///     MeasureSSH ping SSHPORT USER KEYFILE PORT COUNT                 small requests on an open tunnel: p50, p99 in µs
///     MeasureSSH heal SSHPORT USER KEYFILE PORT MILLISECONDS          says "ready", then how long after the last word of
///                                                                     its peer a cut was noticed, and how long after a
///                                                                     line of input a new session stood, in ms
///     MeasureSSH hold SSHPORT USER KEYFILE PORT SESSIONS CHANNELS     opens idle tunnels, says "ready", holds them until
///                                                                     its input ends
@main struct MeasureSSH {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count >= 6, let sshPort = Int(arguments[1]), let port = Int(arguments[4]) else {
            fatal("see the head of MeasureSSH.swift")
        }
        let key = try String(contentsOfFile: arguments[3], encoding: .utf8)
        let hop = SSHHop(host: "127.0.0.1", port: sshPort, user: arguments[2], identities: [.key(key)])
        let loop = try SSHLoop()
        let rest = Array(arguments.dropFirst(5))
        switch arguments[0] {
        case "move":
            let session = try await connect(hop, loop)
            try await move(session, port, rest[0], Int(rest[1]) ?? 0, Int(rest[2]) ?? 1)
        case "stream":
            let session = try await connect(hop, loop)
            try await stream(session, port, rest[0], Int(rest[1]) ?? 0, Int(rest[2]) ?? 1)
        case "ping":
            let session = try await connect(hop, loop)
            try await ping(session, port, Int(rest[0]) ?? 0)
        case "heal":
            try await heal(hop, loop, .milliseconds(Int(rest[0]) ?? 0))
        case "hold":
            try await hold(hop, loop, port, sessions: Int(rest[0]) ?? 0, channels: Int(rest[1]) ?? 0)
        default: fatal("see the head of MeasureSSH.swift")
        }
        await loop.shutDown()
    }

    static func fatal(_ words: String) -> Never {
        FileHandle.standardError.write(Data((words + "\n").utf8))
        exit(2)
    }

    static func connect(_ hop: SSHHop, _ loop: SSHLoop) async throws -> SSHSession {
        try await SSHSession.connect(to: SSHTarget(hop), hostKeys: AnyKey(), within: .seconds(60), on: loop)
    }

    struct AnyKey: HostKeys {
        func trusts(_ key: String, host: String, port: Int) async -> Bool { true }
    }

    static func blockingSocket(_ session: SSHSession, _ port: Int) async throws -> Int32 {
        let socket = try await session.socket(to: "127.0.0.1", port: port)
        _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) & ~O_NONBLOCK)
        return socket
    }

    static func move(_ session: SSHSession, _ port: Int, _ direction: String, _ count: Int, _ channels: Int)
        async throws
    {
        var sockets: [Int32] = []
        for _ in 0..<channels { sockets.append(try await blockingSocket(session, port)) }
        let start = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            for socket in sockets {
                group.addTask { await onThread { Bytes(socket).move(direction, count) } }
            }
        }
        print(seconds(since: start))
    }

    static func stream(_ session: SSHSession, _ port: Int, _ direction: String, _ count: Int, _ channels: Int)
        async throws
    {
        var streams: [SSHStream] = []
        for _ in 0..<channels { streams.append(try await session.openStream(to: "127.0.0.1", port: port)) }
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for stream in streams {
                group.addTask {
                    try await stream.write(Bytes.head(direction, count))
                    let piece = [UInt8](repeating: 0, count: 256 << 10)
                    var left = count
                    while left > 0 {
                        if direction == "u" {
                            try await stream.write(left < piece.count ? Array(piece.prefix(left)) : piece)
                            left -= min(left, piece.count)
                        } else {
                            guard let bytes = try await stream.read(upTo: piece.count) else { fatal("the tunnel ended") }
                            left -= bytes.count
                        }
                    }
                    if direction == "u" { _ = try await stream.read(upTo: 1) }
                }
            }
            try await group.waitForAll()
        }
        print(seconds(since: start))
    }

    static func ping(_ session: SSHSession, _ port: Int, _ count: Int) async throws {
        let socket = try await blockingSocket(session, port)
        var times: [Double] = await onThread {
            let bytes = Bytes(socket)
            return (0..<count).map { _ in
                let start = ContinuousClock.now
                bytes.ping()
                return seconds(since: start) * 1e6
            }
        }
        times.sort()
        print(times[count / 2], times[count * 99 / 100])
    }

    static func heal(_ hop: SSHHop, _ loop: SSHLoop, _ interval: Duration) async throws {
        let session = try await SSHSession.connect(
            to: SSHTarget(hop), hostKeys: AnyKey(), within: .seconds(60),
            keepAlive: KeepAlive(interval: interval, limit: 3), on: loop)
        print("ready")
        fflush(nil)
        // Whoever runs this cuts the link now, and says so.
        _ = readLine()
        let cut = ContinuousClock.now
        let reason = await session.closed
        if reason.code != .connectionLost { fatal("\(reason)") }
        print(seconds(since: cut) * 1000)
        fflush(nil)
        _ = readLine()
        let healed = ContinuousClock.now
        let again = try await connect(hop, loop)
        print(seconds(since: healed) * 1000)
        await again.close()
    }

    static func hold(_ hop: SSHHop, _ loop: SSHLoop, _ port: Int, sessions: Int, channels: Int) async throws {
        var held: [SSHSession] = []
        var sockets: [Int32] = []
        for _ in 0..<sessions {
            let session = try await connect(hop, loop)
            for _ in 0..<channels {
                let socket = try await session.socket(to: "127.0.0.1", port: port)
                sockets.append(socket)
            }
            held.append(session)
        }
        print("ready")
        fflush(nil)
        while readLine() != nil {}
        withExtendedLifetime((held, sockets)) {}
    }

    static func seconds(since start: ContinuousClock.Instant) -> Double {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    static func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: body()) }.start()
        }
    }
}

/// Blocking reads and writes of one socket.
struct Bytes: Sendable {
    let socket: Int32

    init(_ socket: Int32) { self.socket = socket }

    static func head(_ direction: String, _ count: Int) -> [UInt8] {
        Array(direction.utf8) + (0..<8).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
    }

    func move(_ direction: String, _ count: Int) {
        var head = Self.head(direction, count)
        all(&head, head.count, sends: true)
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var left = count
        while left > 0 {
            let size = min(left, buffer.count)
            all(&buffer, size, sends: direction == "u")
            left -= size
        }
        if direction == "u" { all(&buffer, 1, sends: false) }
    }

    func ping() {
        var byte: [UInt8] = [UInt8(ascii: "p")]
        all(&byte, 1, sends: true)
        all(&byte, 1, sends: false)
    }

    private func all(_ bytes: inout [UInt8], _ count: Int, sends: Bool) {
        bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            var moved = 0
            while moved < count {
                let size =
                    sends
                    ? send(socket, base + moved, count - moved, Int32(MSG_NOSIGNAL))
                    : recv(socket, base + moved, count - moved, 0)
                if size <= 0 { MeasureSSH.fatal("the tunnel ended") }
                moved += size
            }
        }
    }
}
