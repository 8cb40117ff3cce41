import SSH
import Wire

/// What it takes to make a machine of the user's a host of a fleet.
public struct HostSetupRequest: Sendable {
    /// As the user wrote it; errors name it.
    public var hostname: String
    /// How to log in with what the user gave. The user's key is used for this only.
    public var target: SSHTarget
    /// How to log in from then on: by the project's key alone.
    public var settledTarget: SSHTarget
    /// The project's key, which is let in from then on: a line of `authorized_keys`.
    public var projectKey: String
    /// Variables for the shim and its jobs.
    public var env: [String: String]
    /// The network in which hosts reach one another, as address and mask; nil takes what all have.
    public var network: String?
    /// The host's own address in it, where the user says.
    public var internalIP: String?
    /// What tells this host's set-up apart from another's: the instance's id.
    public var instanceID: String
    /// Called before anything is put on the host. Returns once it is written down that something may be there, so that
    /// whoever goes on after a crash takes it back; false where the set-up is not wanted any more.
    public var touch: @Sendable () async -> Bool
    /// Asked of the instance whose claim is on the host: what it left there, which may be removed; nil where it was not this
    /// server's, or has not ended.
    public var leftover: @Sendable (_ instanceID: String) async -> HostLeftover?

    public init(
        hostname: String, target: SSHTarget, settledTarget: SSHTarget, projectKey: String, env: [String: String] = [:],
        network: String? = nil, internalIP: String? = nil, instanceID: String,
        touch: @escaping @Sendable () async -> Bool = { true },
        leftover: @escaping @Sendable (_ instanceID: String) async -> HostLeftover? = { _ in nil }
    ) {
        self.hostname = hostname
        self.target = target
        self.settledTarget = settledTarget
        self.projectKey = projectKey
        self.env = env
        self.network = network
        self.internalIP = internalIP
        self.instanceID = instanceID
        self.touch = touch
        self.leftover = leftover
    }
}

/// What an instance that has ended left on its host, besides what every set-up puts there.
public struct HostLeftover: Sendable, Equatable {
    /// Another project's key, a line of `authorized_keys`, where that project has nothing on the host any more.
    public var projectKey: String?

    public init(projectKey: String? = nil) {
        self.projectKey = projectKey
    }
}

/// What it takes to give a host back.
public struct HostRemovalRequest: Sendable {
    /// How to log in: by the project's key, and by the user's where set-up did not come to its end.
    public var target: SSHTarget
    /// The project's key, which is not let in any more at the end: a line of `authorized_keys`.
    public var projectKey: String
    /// As it was set up.
    public var instanceID: String
    /// Whether set-up came to its end. Where it did not, a host that lets us in no longer has nothing of ours.
    public var isSettled: Bool
    /// Whether an earlier try has left nothing but the key. Then too a host that lets us in no longer has nothing of ours.
    public var isCleaned: Bool
    /// Called before the key is taken out. Returns once it is written down that nothing else is left; false where whoever asks
    /// is not to go on.
    public var cleaned: @Sendable () async -> Bool

    public init(
        target: SSHTarget, projectKey: String, instanceID: String, isSettled: Bool, isCleaned: Bool = false,
        cleaned: @escaping @Sendable () async -> Bool = { true }
    ) {
        self.target = target
        self.projectKey = projectKey
        self.instanceID = instanceID
        self.isSettled = isSettled
        self.isCleaned = isCleaned
        self.cleaned = cleaned
    }
}

/// Where the set-up of a host stands, for who watches it.
public enum HostSetupStep: Sendable, Equatable, Codable {
    case connecting
    /// Architecture, Docker, disk, GPUs, rights.
    case checking
    /// Shim, runner and tools; percent of all bytes.
    case uploading(percent: Int)
    case installing
    /// The shim was started and is asked for its health, and the project's key is tried.
    case verifying
}

/// What a host turned out to have.
public struct HostFacts: Sendable, Equatable, Codable {
    public var resources: Resources
    /// The address by which other hosts of its fleet reach it; nil where none is private.
    public var internalIP: String?
    /// The port of the host's loopback on which the shim answers.
    public var shimPort: Int
    public var gpuDriver: String?
    /// The Docker Engine's version.
    public var dockerVersion: String?

    public init(
        resources: Resources, internalIP: String? = nil, shimPort: Int, gpuDriver: String? = nil,
        dockerVersion: String? = nil
    ) {
        self.resources = resources
        self.internalIP = internalIP
        self.shimPort = shimPort
        self.gpuDriver = gpuDriver
        self.dockerVersion = dockerVersion
    }
}

/// Why a host cannot be set up, in words that name it and what to do.
public struct HostSetupError: Error, Sendable, Equatable, CustomStringConvertible {
    public let hostname: String
    public let detail: String
    /// Whether the same may succeed later by itself: the host does not answer at the moment.
    public let isTransient: Bool

    public init(hostname: String, detail: String, isTransient: Bool = false) {
        self.hostname = hostname
        self.detail = detail
        self.isTransient = isTransient
    }

    public var description: String { "\(hostname): \(detail)" }
}

/// Makes machines hosts of fleets, and takes back what that left on them. Each call may be repeated.
public protocol HostProvisioner: Sendable {
    /// Checks the host, puts shim, runner and tools on it, starts the shim, asks it for its health, and logs in by the
    /// project's key.
    func setUp(
        _ request: HostSetupRequest, progress: @escaping @Sendable (HostSetupStep) -> Void
    ) async throws(HostSetupError) -> HostFacts

    /// Ends the shim with its tasks and removes everything that set-up made, the project's key last.
    ///
    /// A host that another instance has is left as it is.
    func remove(_ request: HostRemovalRequest) async throws(HostSetupError)
}
