import AgentClient
import AgentServer
import CLinux
import CProcesses
import FoundationEssentials
import Glibc
import NIOPosix
import Wire

@main
struct ShimProgram {
    static func main() {
        // Before any other thread is there: they inherit it. (An async `main` would run on a thread of the pool, and
        // the signals would be dropped by this one.)
        _ = clinux_limit_arenas(1)
        // Credentials of registries are in its memory.
        _ = clinux_forbid_core_files()
        _ = cprocesses_block_signals()
        // What a careless parent left open would stay open for as long as the shim lives. Nothing of ours is open yet.
        _ = cprocesses_close_from(3)
        // Detached: this thread belongs to the main actor and only waits.
        Task.detached { exit(await runToEnd()) }
        while true { pause() }
    }

    private static func runToEnd() async -> Int32 {
        do {
            switch try ShimOptions.parse(
                Array(CommandLine.arguments.dropFirst()), environment: variable, ownPath: ownPath(),
                currentDirectory: currentDirectory())
            {
            case .help: say(1, ShimOptions.help)
            case .version: say(1, HostFacts.version + "\n")
            case .ask(let question, let options): return try await ask(question, options)
            case .run(let options): try await run(options)
            }
            return 0
        } catch {
            say(2, "dstack-shim: \(error)\n")
            return 1
        }
    }

    /// Asks the shim of this host.
    private static func ask(_ question: ShimOptions.Question, _ options: ShimOptions) async throws -> Int32 {
        let address = AgentAddress.tcp(ip: options.httpAddress, port: options.httpPort ?? 10998)
        let port = OwnPort(address: address, build: HostFacts(runner: options.runnerPath).build)
        switch question {
        case .report(let seconds):
            let report = try await port.report(waiting: .seconds(seconds))
            say(1, String(decoding: try JSONEncoder().encode(report), as: UTF8.self) + "\n")
            return 0
        case .endTasks(let seconds):
            guard let left = try await port.endTasks(within: .seconds(seconds)) else {
                say(2, "dstack-shim: no shim answers at \(address)\n")
                return 3
            }
            if left > 0 { say(2, "dstack-shim: \(left) tasks did not end in \(seconds) s\n") }
            return left > 0 ? 2 : 0
        }
    }

    /// Serves until it is told to leave. The tasks stay.
    private static func run(_ options: ShimOptions) async throws {
        let log = ShimLog(level: ShimLog.Level(options.logLevel) ?? .info)
        let files = try TaskFiles(home: options.home)
        let lock = try HomeLock(home: options.home)
        defer { withExtendedLifetime(lock) {} }
        if let url = options.runnerURL { try RunnerDownload.fetch(url, to: options.runnerPath, log: log) }
        if options.isService, access("\(options.home)/\(HostInfo.file)", F_OK) != 0 {
            // A server that sets the host up takes the file away first: what an earlier one found is over.
            unlink("\(options.home)/\(KnownGPUs.file)")
            try HostInfo.here().write(into: options.home)
        }
        if cprocesses_become_subreaper() != 0 {
            log.warning("orphans of tasks are not ours to wait for: errno \(errno)")
        }
        let loop = try ProcessLoop()
        let name = stableName(options.home)
        let groups = GroupRoot.detect(name: "dstack-shim-" + name, options.groups)
        let trash = try TrashBin(path: files.trash) { log.warning($0) }
        let gpusNow = GPUKind.now().count
        // A machine that serves itself is whatever it is today.
        let gpusKnown = options.httpPort == nil ? gpusNow : try KnownGPUs.update(gpusNow, home: options.home)
        let host = HostFacts(
            runner: options.runnerPath, gpusKnown: gpusKnown,
            // A host of a fleet was set up with one.
            needsDocker: options.httpPort != nil)
        let launcher = RunnerLauncher(
            program: options.runnerPath, port: options.runnerPort, logLevel: options.runnerLogLevel,
            tools: access(options.tools, R_OK | X_OK) == 0 ? options.tools : nil)
        let driver =
            options.dockerSocket.isEmpty
            ? nil
            : ContainerDriver(
                // A loop of its own: what the engine says is read while tasks are asked for.
                engine: DockerEngine(
                    socket: options.dockerSocket, on: AgentLoops(MultiThreadedEventLoopGroup(numberOfThreads: 1))),
                runner: launcher, gpus: { .now() }, gpusKnown: gpusKnown, shim: name, log: log)
        let keeper = TaskKeeper(
            loop: loop, bootID: bootID(), files: files,
            containerRecords: try RecordFiles(directory: options.home + "/containers"),
            driver: driver, launcher: launcher,
            groups: groups, trash: trash, log: log, addressSeed: .random(in: 0 ... .max), gpus: { GPUKind.now().count })
        await keeper.recover()
        await keeper.holdPort()
        let shutdown = ShutdownSignal()
        for signal in [SIGTERM, SIGINT] {
            let descriptor = try ShimError.checking("signalfd", "\(signal)") { cprocesses_signal_descriptor(signal) }
            try loop.watch(descriptor, for: .input) {
                shutdown.fire("signal \(signal)")
                loop.unwatch(descriptor)
            }
        }
        let router = ShimRouter(
            keeper: keeper, host: host, home: options.home, docker: driver?.engine, shutdown: shutdown)
        let server = AgentServer(router: router.router) { log.warning($0) }
        var listeners: [AgentServer.Listening] = []
        if let path = options.unixSocket {
            listeners.append(try await server.listen(on: .unix(path: path)))
            chmod(path, 0o600)
            log.info("listening on \(path)")
        }
        if let port = options.httpPort {
            listeners.append(try await server.listen(on: .tcp(host: options.httpAddress, port: port)))
            log.info("listening on \(options.httpAddress):\(port)")
        }
        log.info("dstack-shim \(HostFacts.version) in \(options.home), groups: \(groups)")
        try await withTaskExecutorPreference(server.executor) { [listeners] in
            try await serve(server, listeners, keeper, shutdown, log)
        }
        groups.removeIfUnused()
    }

    private static func serve(
        _ server: AgentServer, _ listeners: [AgentServer.Listening], _ keeper: TaskKeeper,
        _ shutdown: ShutdownSignal, _ log: ShimLog
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for listener in listeners {
                tasks.addTask { try await server.serve(listener) }
            }
            tasks.addTask {
                while true {
                    try await Task.sleep(for: .seconds(10))
                    await keeper.heartbeat()
                }
            }
            tasks.addTask {
                let why = await shutdown.wait()
                log.info("leaving: \(why); tasks go on")
                await keeper.stopWaiting()
                // The answer to the request that asked for it is still on its way out.
                try await Task.sleep(for: .milliseconds(50))
            }
            try await tasks.next()
            tasks.cancelAll()
        }
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    private static func ownPath() -> String {
        var path = [UInt8](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &path, path.count)
        return count > 0 ? String(decoding: path.prefix(count), as: UTF8.self) : CommandLine.arguments[0]
    }

    private static func currentDirectory() -> String {
        guard let path = getcwd(nil, 0) else { return "" }
        defer { free(path) }
        return String(cString: path)
    }

    private static func bootID() -> String {
        let number = UInt64.random(in: 0 ... .max)
        return String(number, radix: 16)
    }

    /// A short name for a path, the same in every life of the shim (FNV-1a).
    private static func stableName(_ path: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }

    private static func say(_ descriptor: Int32, _ text: String) {
        let bytes = Array(text.utf8)
        // There is nobody to tell where standard output is closed.
        _ = Glibc.write(descriptor, bytes, bytes.count)
    }
}
