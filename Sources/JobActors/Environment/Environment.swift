import Logging
import Store
import Wire

/// Everything that comes into the engine from outside, as one value.
public struct Environment: Sendable {
    public let executor: any EngineExecutor
    public let clock: any EngineClock
    /// Gives ids that were never given before: UUIDs as lowercase text.
    public let newID: @Sendable () -> String
    /// Gives a number in 0..<1, for the jitter of waits.
    public let jitter: @Sendable () -> Double
    public let store: any Store
    public let logs: any LogSink
    /// Bytes of log that a job may write in an hour before its runner ends it; nil means no limit.
    public let logQuotaPerJobHour: Int?
    /// The image of a job on a host that names none.
    public let hostImage: String
    public let logger: Logger

    public init(
        executor: any EngineExecutor, clock: any EngineClock, newID: @escaping @Sendable () -> String,
        jitter: @escaping @Sendable () -> Double, store: any Store, logs: any LogSink,
        logQuotaPerJobHour: Int? = nil, hostImage: String = "", logger: Logger
    ) {
        self.executor = executor
        self.clock = clock
        self.newID = newID
        self.jitter = jitter
        self.store = store
        self.logs = logs
        self.logQuotaPerJobHour = logQuotaPerJobHour
        self.hostImage = hostImage
        self.logger = logger
    }
}
