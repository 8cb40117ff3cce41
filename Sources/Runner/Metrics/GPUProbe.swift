import Glibc
import Wire

/// What the job's GPUs are used for, by NVIDIA's `nvidia-smi`.
enum GPUProbe {
    private static let arguments = [
        "nvidia-smi", "--query-gpu=memory.used,utilization.gpu", "--format=csv,noheader,nounits",
    ]

    /// One for each GPU that the tool shows; none where there is no tool, or it fails. Blocks while it runs.
    static func read() -> [RunnerGPUMetrics] {
        guard let path = program(), let output = run(path) else { return [] }
        return parse(output)
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

    private static func run(_ path: String) -> String? {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        defer { close(ends[0]) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var process: pid_t = 0
        let result = CStrings.with(arguments) { argv in posix_spawn(&process, path, &actions, nil, argv, environ) }
        close(ends[1])
        // The signal thread waits for it: its output's end is all that matters here.
        guard result == 0 else { return nil }
        var output: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(ends[0], &piece, piece.count)
            if count <= 0 { return String(decoding: output, as: UTF8.self) }
            output += piece[..<count]
        }
    }
}
