import Configurations
import FoundationEssentials
import JobActors
import Logging
import Store
import Supervisor
import Wire

/// What the routes work with.
struct Services: Sendable {
    let store: SQLiteStore
    let archives: FileArchives
    let supervisor: Supervisor
    let logs: FileLogStore
    let metrics: MetricsStore
    /// Tells that there is no room for what grows; nil means that there always is.
    var space: DiskSpace?
    let tokens: TokenCache
    let clock: ServerClock
    let logger: Logger
    /// What users may do who are no admins.
    var permissions = DefaultPermissions()
    /// Most bytes of an uploaded file.
    var uploadLimit = 2 * 1024 * 1024
    /// Seconds that a job's host may be out of reach before the job fails.
    var unreachableTimeout = JobPolicy.defaultUnreachableTimeout
    var metricsSettings = MetricsSettings()
    /// For how long nobody has been connected to dev environments.
    var connections = ConnectionBoard()
    /// What Prometheus is told of the time since the start.
    var runTimings = RunTimings()
    /// How many connections to ports of jobs are open.
    var tunnels = TunnelGate()
    /// Where clients of this machine forward ports of its processes to.
    var localPorts = LocalPorts()

    /// Which images stand for what a configuration does not name.
    var images = MachineRuntime()
    /// The same with what the machine has at the moment, which has to be asked for.
    var runtime: @Sendable () async -> MachineRuntime = { MachineRuntime() }

    /// Refuses what grows while the disk is full.
    ///
    /// - Parameter what: what is to be kept, for the message: "a new run".
    func requireRoom(for what: String, bytes: Int = 0) throws {
        try space?.requireRoom(for: what, bytes: bytes)
    }

    /// Tells the caches that users have changed.
    func usersChanged() { tokens.clear() }
}

/// Where the routes get the time, ids and tokens from.
struct ServerClock: Sendable {
    var now: @Sendable () -> Timestamp
    /// A new UUID, lowercase.
    var newID: @Sendable () -> String

    /// The system's clock and random ids.
    static let system = ServerClock(
        now: { .now },
        newID: { UUID().uuidString.lowercased() })

    /// Of an event of now.
    ///
    /// - Parameter actor: who caused it, nil for the system.
    func stamp(by actor: UserRecord? = nil) -> EventStamp {
        EventStamp(id: newID(), recordedAt: now(), actorUserID: actor?.id)
    }
}
