import Backends
import Logging
import Store
import Supervisor
import Wire

/// Which runtime jobs of this machine are to have.
public enum LocalRuntimeChoice: String, Sendable, Equatable {
    /// Containers where a job asks for one and a Docker Engine answers, else processes.
    case auto
    /// Never containers.
    case process
    /// Always containers.
    case docker
}

/// How this machine runs jobs, as its shim finds it at the moment: an engine may come and go while the server runs.
actor LocalRuntime {
    /// A shim that does not answer must not hold up a plan.
    private static let patience = Duration.seconds(2)

    private let shim: LocalShim
    private let store: SQLiteStore
    private let images: MachineRuntime
    private let projectID: String
    private let logger: Logger
    private var known: MachineRuntime

    /// - Parameter images: which images stand for what a configuration does not name.
    init(shim: LocalShim, store: SQLiteStore, projectID: String, images: MachineRuntime, logger: Logger) {
        self.shim = shim
        self.store = store
        self.projectID = projectID
        self.images = images
        self.logger = logger
        known = images
    }

    /// What the shim says now; what it said last where it does not answer in time.
    func current() async -> MachineRuntime {
        let info: ShimInstanceInfo
        do {
            info = try await shim.client.info(within: Self.patience)
        } catch {
            return known
        }
        let hasDocker = info.runtime == "docker"
        guard hasDocker != known.hasDocker else { return known }
        known.hasDocker = hasDocker
        do {
            try await LocalFleet.rename(in: store, projectID: projectID, hasDocker: hasDocker)
        } catch {
            logger.warning("the fleet 'local' still shows the runtime that it had: \(error)")
        }
        return known
    }
}
