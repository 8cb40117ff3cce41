import Backends
import Logging
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
    private let logger: Logger
    /// Shows what was found; false where that cannot be shown yet.
    private let show: @Sendable (_ hasDocker: Bool) async throws -> Bool
    private var known: MachineRuntime
    /// What was shown last.
    private var shown: Bool?

    /// - Parameter images: which images stand for what a configuration does not name.
    init(
        shim: LocalShim, images: MachineRuntime, logger: Logger,
        show: @escaping @Sendable (_ hasDocker: Bool) async throws -> Bool
    ) {
        self.shim = shim
        self.logger = logger
        self.show = show
        known = images
    }

    /// What the shim says now; what it said last where it does not answer in time.
    func current() async -> MachineRuntime {
        do {
            known.hasDocker = try await shim.client.info(within: Self.patience).runtime == "docker"
        } catch {
            return known
        }
        let hasDocker = known.hasDocker
        guard shown != hasDocker else { return known }
        do {
            if try await show(hasDocker) { shown = hasDocker }
        } catch {
            logger.warning("the fleet 'local' still shows the runtime that it had: \(error)")
        }
        return known
    }
}
