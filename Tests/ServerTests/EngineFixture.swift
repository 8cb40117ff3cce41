import Backends
import Dispatch
import JobActors
import Logging
import Store
import Supervisor
import Wire

/// An engine that writes what it is told and never drives it: runs stay submitted.
enum EngineFixture {
    static func supervisor(
        store: SQLiteStore, logs: FileLogStore, logger: Logger, compute: any Compute = NoMachines()
    ) -> Supervisor {
        let environment = Environment(
            executor: QueueExecutor(), clock: SystemEngineClock(), newID: { ids.next() }, jitter: { 0 },
            store: store, logs: logs, logger: logger)
        return Supervisor(environment: environment, compute: compute, archives: NoArchives())
    }

    private static let ids = IDs()
}

/// UUIDs from the system.
private struct IDs: Sendable {
    func next() -> String {
        let bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return [hex[0..<4], hex[4..<6], hex[6..<8], hex[8..<10], hex[10..<16]].map { $0.joined() }
            .joined(separator: "-")
    }
}

private final class QueueExecutor: SerialExecutor, TaskExecutor {
    private let queue = DispatchQueue(label: "engine")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            job.runSynchronously(
                isolatedTo: self.asUnownedSerialExecutor(), taskExecutor: self.asUnownedTaskExecutor())
        }
    }
}

struct NoMachines: Compute {
    var provisioner: any HostProvisioner { NoHosts() }

    func link(instanceID: String, to address: HostAddress) async -> any HostLink {
        preconditionFailure("no test of the routes drives an instance")
    }
}

private struct NoArchives: ArchiveDirectory {
    func loginKeys(of run: RunRecord) async throws -> [String] { [] }

    func code(of run: RunRecord, hash: String?) async throws -> RunCode { RunCode(repoID: "none") }

    func path(ofArchive id: String, projectID: String) async throws -> String {
        throw StoreError.unavailable("no test of the routes drives a job")
    }
}
