import AgentServer
import FoundationEssentials
import Wire

@testable import Shim

/// A real keeper of tasks, with an engine that a test plays.
struct KeeperOnEngine {
    let folder: String
    let keeper: TaskKeeper
    private let gpus: Int

    /// - Parameters:
    ///   - router: the engine's requests.
    ///   - gpus: how many the host has.
    ///   - body: given the keeper; its engine goes on until it returns.
    static func with(_ router: Router, gpus: Int = 0, _ body: (KeeperOnEngine) async throws -> Void) async throws {
        let folder = "/tmp/shim-keeper-\(UInt64.random(in: 0 ... .max))"
        try FileBytes.makeDirectory(folder)
        let server = AgentServer(router: router)
        let listening = try await server.listen(on: .unix(path: folder + "/engine"))
        let serving = Task { try await server.serve(listening) }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(try KeeperOnEngine(folder, gpus)))
        } catch {
            result = .failure(error)
        }
        serving.cancel()
        _ = await serving.result
        try await server.shutDown()
        while FileManager.default.fileExists(atPath: folder) {
            // A keeper that has not come to its end yet writes beside us: then what is left goes at the next look.
            try? FileManager.default.removeItem(atPath: folder)
        }
        try result.get()
    }

    private init(_ folder: String, _ gpus: Int) throws {
        self.folder = folder
        self.gpus = gpus
        let log = ShimLog(level: .error)
        let launcher = RunnerLauncher(program: "/r", port: 10999, logLevel: "info", tools: nil)
        let files = try TaskFiles(home: folder)
        let kind: GPUKind = gpus == 0 ? .none : .nvidia(count: gpus)
        keeper = TaskKeeper(
            loop: try ProcessLoop(ownsChildren: false), bootID: "b", files: files,
            containerRecords: try RecordFiles(directory: folder + "/containers"),
            driver: ContainerDriver(
                engine: DockerEngine(socket: folder + "/engine"), runner: launcher, gpus: { kind }, gpusKnown: gpus,
                shim: "s", log: log),
            launcher: launcher, groups: .marked, trash: try TrashBin(path: files.trash) { _ in }, log: log,
            addressSeed: 7, makingPatience: .milliseconds(1), lateLooks: [.zero], gpus: { gpus })
    }

    /// The one of a shim that is started anew on the same records.
    func next() throws -> TaskKeeper { try KeeperOnEngine(folder, gpus).keeper }

    static func request(_ id: String, gpus: Int = 0) -> ShimTaskRequest {
        ShimTaskRequest(id: id, name: id, imageName: "box", gpu: gpus, networkMode: "bridge")
    }

    static let end = ShimTerminateRequest(terminationReason: "", terminationMessage: "", timeout: 0)
}
