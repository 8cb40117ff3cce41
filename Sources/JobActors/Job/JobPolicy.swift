import Wire

/// What a job's specification decides about its life. Durations are in seconds.
public struct JobPolicy: Sendable, Equatable, Codable {
    /// From the request to stop until it is forced; nil means never.
    public var stopGrace: Int?
    /// From running until the job ends with `max_duration_exceeded`; nil means no limit.
    public var maxDuration: Int?
    /// From the grant of a slot until the attempt is given up.
    public var provisioningTimeout: Int
    /// How long the runner or the host may be out of reach.
    public var unreachableTimeout: Int
    /// Whether its instance may be taken away, which turns unreachable into interrupted.
    public var isSpot: Bool
    /// The nodes that it starts together with; nil for a job that is alone.
    public var cluster: ClusterPolicy?
    /// How much its GPUs have to be used; nil for any.
    public var utilization: UtilizationPolicy?
    /// How long nobody may be connected to it; nil for any time.
    public var inactivity: Int?

    /// dstack's limits, and ten seconds of grace.
    public init(
        stopGrace: Int? = 10, maxDuration: Int? = nil, provisioningTimeout: Int = 600,
        unreachableTimeout: Int = defaultUnreachableTimeout, isSpot: Bool = false, cluster: ClusterPolicy? = nil,
        utilization: UtilizationPolicy? = nil, inactivity: Int? = nil
    ) {
        self.stopGrace = stopGrace
        self.maxDuration = maxDuration
        self.provisioningTimeout = provisioningTimeout
        self.unreachableTimeout = unreachableTimeout
        self.isSpot = isSpot
        self.cluster = cluster
        self.utilization = utilization
        self.inactivity = inactivity
    }

    /// How long a runner or a host may be out of reach where the server's settings do not say: as long as in dstack.
    public static let defaultUnreachableTimeout = 120

    /// The runner ends the job at `maxDuration`; the server does so this much later, should the runner not.
    static let maxDurationMargin = 120
    /// Between the runner's force and ours.
    static let stopMargin = 5
    /// How long the shim may take to end a task before the job is closed without it. The shim ends it all the same, once
    /// it can: until then nobody else gets the task's GPUs.
    static let endingTimeout = 120
    /// The same where the host has been out of reach for too long already: what comes next does not wait for it.
    static let awayEndingTimeout = 30
    /// The same for an abort, which waits for nobody.
    static let abortEndingTimeout = 10
}
