import Glibc
import Synchronization
import Wire

/// What the shim tells about its host and itself.
final class HostFacts: Sendable {
    /// The version of dstack whose protocol this is.
    static let version = "0.22.5"

    /// Path of the runner's program.
    let runner: String
    /// Size and time of the shim's own program, as they were when it started.
    let build: String?
    /// As many GPUs as the host is known to have.
    let gpusKnown: Int
    /// Whether a Docker Engine is expected to answer: only then is its silence a failure.
    private let hasDocker: Atomic<Bool>
    private let dockerDirectory = Mutex<String?>(nil)

    /// - Parameter needsDocker: whether jobs cannot be run without a Docker Engine; elsewhere one is expected once it has
    ///   answered.
    init(runner: String, gpusKnown: Int = 0, needsDocker: Bool = false) {
        hasDocker = Atomic(needsDocker)
        self.runner = runner
        var status = stat()
        // The link leads to the file that runs, also where another one has taken its name.
        let isThere = stat("/proc/self/exe", &status) == 0
        self.gpusKnown = gpusKnown
        build = isThere ? "\(status.st_size)-\(status.st_mtim.tv_sec)-\(status.st_mtim.tv_nsec)" : nil
    }

    /// The programs on this host.
    func components() -> ShimComponentList {
        let isThere = access(runner, X_OK) == 0
        return ShimComponentList(components: [
            ShimComponent(
                name: "dstack-runner", version: isThere ? Self.version : "",
                status: isThere ? .installed : .notInstalled),
            ShimComponent(name: "dstack-shim", version: Self.version, status: .installed),
        ])
    }

    /// The GPU driver, from what its kernel module shows. Reads two small files of the kernel.
    func instanceInfo() -> ShimInstanceInfo {
        if let bytes = FileBytes.read("/proc/driver/nvidia/version", limit: 4096) {
            let text = String(decoding: bytes, as: UTF8.self)
            return ShimInstanceInfo(gpuVendor: "nvidia", gpuDriverVersion: Self.nvidiaVersion(text))
        }
        if let bytes = FileBytes.read("/sys/module/amdgpu/version", limit: 256) {
            let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
            return ShimInstanceInfo(gpuVendor: "amd", gpuDriverVersion: text.isEmpty ? nil : text)
        }
        return ShimInstanceInfo()
    }

    /// What is wrong with the host, and what it uses.
    func health(home: String, docker: DockerEngine?) async -> ShimHealth {
        var dockerError: String?
        do {
            if try await docker?.version() != nil { hasDocker.store(true, ordering: .relaxed) }
        } catch {
            if hasDocker.load(ordering: .relaxed) { dockerError = "\(error)" }
        }
        let own = HostUsage.now(disk: home)
        var usage = own
        if let directory = await directory(of: docker), let ofImages = HostUsage.now(disk: directory) {
            usage = ofImages
        }
        // Where their number is not known, none are known to be gone.
        let check = HostCheck(
            usage: usage, homeFree: own.map { $0.diskTotal - $0.diskUsed }, dockerError: dockerError,
            gpus: GPUKind.now().shown ?? gpusKnown, gpusAtStart: gpusKnown)
        return ShimHealth(findings: check.findings, usage: check.usage)
    }

    /// Where the Docker Engine keeps its images: asked once.
    private func directory(of docker: DockerEngine?) async -> String? {
        if let known = dockerDirectory.withLock({ $0 }) { return known }
        // One that does not answer is asked next time.
        guard let directory = try? await docker?.directory() else { return nil }
        dockerDirectory.withLock { $0 = directory }
        return directory
    }

    /// The driver's version in a line such as
    /// `NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024`.
    static func nvidiaVersion(_ text: String) -> String? {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("NVRM version:") }) else { return nil }
        return line.split(separator: " ").map(String.init).first { word in
            word.contains(".") && word.allSatisfy { $0.isNumber || $0 == "." }
        }
    }
}
