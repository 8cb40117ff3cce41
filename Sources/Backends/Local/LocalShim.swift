import FoundationEssentials
import Glibc
import AgentClient
import Logging
import Wire

/// This machine's shim: found where it runs, started where it does not. It outlives the server.
public actor LocalShim {
    /// How long a shim may take from its start to its first answer.
    private static let startTime = Duration.seconds(10)
    /// Between two questions whether it answers.
    private static let pause = Duration.milliseconds(10)

    /// Where it listens.
    public nonisolated let address: AgentAddress
    /// How it is talked to.
    public nonisolated let client: NIOShimClient
    nonisolated let loops: AgentLoops

    private let program: String
    private let home: String
    private let socket: String
    /// Further arguments of the program.
    private let arguments: [String]
    private let logger: Logger
    private var starting: Task<Void, any Error>?

    /// - Parameters:
    ///   - directory: the server's; the shim's state goes to `shim` inside.
    ///   - program: path of `dstack-shim`.
    ///   - arguments: further arguments of the program.
    ///   - loops: what serves the connections to it and to its runners.
    public init(
        directory: String, program: String, arguments: [String] = [], loops: AgentLoops = .shared, logger: Logger
    ) {
        home = directory + "/shim"
        socket = Self.socketPath(directory)
        address = .unix(path: socket)
        client = NIOShimClient(address: address, on: loops)
        self.loops = loops
        self.program = program
        self.arguments = arguments
        self.logger = logger
    }

    /// `dstack-shim` beside this program, or where the variable `DSTACK_SHIM_BINARY_PATH` says.
    public static func defaultProgram() -> String {
        if let named = getenv("DSTACK_SHIM_BINARY_PATH"), named.pointee != 0 { return String(cString: named) }
        var path = [UInt8](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &path, path.count)
        let own = String(decoding: path.prefix(max(0, count)), as: UTF8.self)
        return (own.lastIndex(of: "/").map { String(own[..<$0]) } ?? ".") + "/dstack-shim"
    }

    /// Returns when a shim answers: the one that runs, or a new one. One of another build is replaced, but only where
    /// no task needs it. Several callers share one start.
    ///
    /// - Throws: `LocalError`, `AgentError`, `CancellationError`.
    public func ensure() async throws {
        if let starting { return try await starting.value }
        let task = Task { try await self.findOrStart() }
        starting = task
        defer { starting = nil }
        try await task.value
    }

    private func findOrStart() async throws {
        if let health = try await answer() {
            guard health.service == "dstack-shim" else {
                throw LocalError.foreignService(socket: socket, name: health.service)
            }
            guard try await isReplaceable(health) else { return }
            logger.info("replacing an idle dstack-shim of another build")
            try await client.shutdown()
            try await waitUntil { try await $0.answer() == nil }
        }
        try await start()
    }

    /// What answers, nil where nothing does.
    private func answer() async throws -> AgentHealth? {
        do {
            return try await client.health()
        } catch .unreachable {
            return nil
        }
    }

    private func isReplaceable(_ health: AgentHealth) async throws -> Bool {
        let program = program
        guard let wanted = try await offPool({ ProgramFiles.build(of: program) }), let build = health.build else {
            return false
        }
        guard build != wanted else { return false }
        return try await client.tasks().allSatisfy { $0.status == .terminated }
    }

    private func start() async throws {
        let start = DetachedStart(
            program: program,
            arguments: [
                "--shim-home", home, "--unix-socket", socket,
            ] + arguments, directory: home, log: home + "/shim.log",
            unit: "dstack-shim-\(getpid())-\(UInt32.random(in: 0 ... .max))")
        // (1) a shim leaves or was killed, (2) its socket is gone, (3) its lock is not yet: a new one would be refused.
        let lock = home + "/shim.lock"
        try await waitUntil { _ in try await offPool { ProgramFiles.isUnlocked(lock) } }
        let usesSystemd = try await offPool { try start.run(inScope: true) }
        if try await answersInTime() { return }
        if usesSystemd {
            logger.warning("dstack-shim does not answer in a systemd scope; starting it without")
            _ = try await offPool { try start.run(inScope: false) }
            if try await answersInTime() { return }
        }
        let log = start.log
        let lines = try await offPool { ProgramFiles.lastLines(of: log) }
        throw LocalError.shimSilent(log: log, lastLines: lines)
    }

    private func answersInTime() async throws -> Bool {
        try await waitUntil { try await $0.answer()?.service == "dstack-shim" }
    }

    /// False where the condition does not come true in `startTime`.
    @discardableResult
    private func waitUntil(_ condition: (LocalShim) async throws -> Bool) async throws -> Bool {
        let deadline = ContinuousClock.now + Self.startTime
        while try await !condition(self) {
            guard ContinuousClock.now < deadline else { return false }
            try await Task.sleep(for: Self.pause)
        }
        return true
    }

    /// `shim.sock` in the server's directory, or a short path for a directory whose name is too long for a socket.
    private static func socketPath(_ directory: String) -> String {
        let path = directory + "/shim.sock"
        guard path.utf8.count > 100 else { return path }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return "/tmp/dstack-shim-\(getuid())-\(String(hash, radix: 16)).sock"
    }
}
