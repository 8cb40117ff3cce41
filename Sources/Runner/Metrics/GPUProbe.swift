import CLinux
import Glibc
import Synchronization
import Wire

/// What the job's GPUs are used for, by NVIDIA's `nvidia-smi`. One that hangs in a broken driver is left alone, and no other is
/// started until it has ended.
final class GPUProbe: Sendable {
    /// How long it may take: without its daemon it sets each GPU up first.
    static let patience = Duration.seconds(6)

    private static let arguments = [
        "nvidia-smi", "--query-gpu=memory.used,utilization.gpu", "--format=csv,noheader,nounits",
    ]

    private let patience: Duration
    /// The output of one that has not ended in time.
    private let hanging = Mutex<Int32?>(nil)

    init(patience: Duration = patience) {
        self.patience = patience
    }

    deinit {
        if let output = hanging.withLock({ $0 }) { close(output) }
    }

    /// One for each GPU that the tool shows; none where there is no tool, it fails, or hangs. Blocks while it runs. One at a
    /// time.
    func read() -> [RunnerGPUMetrics] {
        guard let path = Self.program() else { return [] }
        return read(by: path)
    }

    /// - Parameter path: of the tool.
    func read(by path: String) -> [RunnerGPUMetrics] {
        if let output = hanging.withLock({ $0 }) {
            guard Self.drain(output, until: .now) != nil else { return [] }
            close(output)
            hanging.withLock { $0 = nil }
        }
        guard let output = Self.start(path) else { return [] }
        guard let said = Self.drain(output, until: .now + patience) else {
            hanging.withLock { $0 = output }
            return []
        }
        close(output)
        return Self.parse(said)
    }

    /// Reads lines of `MIB, PERCENT`; what a GPU does not tell (`[N/A]`) counts as 0.
    static func parse(_ output: String) -> [RunnerGPUMetrics] {
        output.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ",").map { field in
                Int64(String(field.drop { $0 == " " }.prefix { $0.isNumber })) ?? 0
            }
            guard fields.count == 2 else { return nil }
            return RunnerGPUMetrics(gpuMemoryUsageBytes: fields[0] << 20, gpuUtilPercent: Int(clamping: fields[1]))
        }
    }

    private static func program() -> String? {
        let path = ProcessEnvironment.read()["PATH"] ?? "/usr/bin:/bin"
        return path.split(separator: ":").lazy.map { "\($0)/nvidia-smi" }.first { access($0, X_OK) == 0 }
    }

    /// Its output; nil where it cannot be started.
    private static func start(_ path: String) -> Int32? {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // None of the connections, which would end for their peers only with it.
        clinux_spawn_close_from(&actions, 3)
        var process: pid_t = 0
        let environment = ProcessEnvironment.read().map { "\($0.key)=\($0.value)" }
        let result = ProcessStart.spawn(path, arguments, environment: environment, &actions, &process)
        close(ends[1])
        // The signal thread waits for it: its output's end is all that matters here.
        if result == 0 { return ends[0] }
        close(ends[0])
        return nil
    }

    /// What comes to the output's end; nil where that does not come in time.
    private static func drain(_ output: Int32, until deadline: ContinuousClock.Instant) -> String? {
        var said: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            let left = max(.zero, deadline - .now).components
            var wanted = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wanted, 1, Int32(left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000))
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else { return nil }
            let count = Glibc.read(output, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return String(decoding: said, as: UTF8.self) }
            said += piece[..<count]
        }
    }
}
