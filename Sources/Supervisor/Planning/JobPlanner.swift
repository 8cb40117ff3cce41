import JobActors
import Wire

/// Makes the specifications of a run's jobs.
///
/// A pure function of its input: the same specification, replica and key give the same jobs, at submission,
/// at each retry and at each update.
public struct JobPlanner: Sendable {
    /// Seconds that a run has to stop gracefully where it does not say.
    public static let defaultStopDuration = 300
    /// Seconds that a job is retried for where its policy does not say.
    public static let defaultRetryDuration = 3600
    /// Directory that relative working directories are in.
    static let workingDirectory = "/workflow"
    /// Ports of dstack's own agents; never an application's.
    static let reservedPorts = 10_000...10_999

    public let runtime: MachineRuntime

    public init(runtime: MachineRuntime = MachineRuntime()) {
        self.runtime = runtime
    }

    /// The specifications of all jobs of one replica.
    ///
    /// - Parameters:
    ///   - spec: an effective specification, with its name.
    ///   - key: what the jobs of a replica reach one another with; used where there are several.
    /// - Throws: `PlanningError` where the specification asks for what is not served, or for nothing.
    public func jobs(of spec: RunSpec, replicaNum: Int, key: JobSSHKey?) throws(PlanningError) -> [JobSpec] {
        guard let groups = spec.configuration.nodeGroups(runName: spec.runName ?? "") else {
            throw PlanningError(
                "'type: \(spec.configuration.type)' is not served yet; served are task and dev-environment")
        }
        let base = spec.configuration.base
        try PlanningChecks.check(base, groups)
        let total = groups.reduce(0) { $0 + $1.nodes }
        var jobs: [JobSpec] = []
        for (groupIndex, group) in groups.enumerated() {
            for index in 0..<group.nodes {
                let place = Place(
                    replicaNum: replicaNum, jobNum: jobs.count, jobsPerReplica: total, groupIndex: groupIndex,
                    indexInGroup: index)
                jobs.append(try job(of: spec, base: base, group: group, at: place, key: total > 1 ? key : nil))
            }
        }
        return jobs
    }

    /// Where a job stands in its run.
    private struct Place {
        var replicaNum: Int
        var jobNum: Int
        var jobsPerReplica: Int
        var groupIndex: Int
        var indexInGroup: Int
    }

    private func job(
        of spec: RunSpec, base: BaseRunConfiguration, group: NodeGroup, at place: Place, key: JobSSHKey?
    ) throws(PlanningError) -> JobSpec {
        guard let runName = spec.runName else { throw PlanningError("a run needs a name before its jobs are planned") }
        let profile = spec.mergedProfile
        let image = try runtime.image(of: base)
        let commands = try commands(base, group)
        do {
            _ = try SecretReferences.names(env: base.env.values, registryAuth: base.registryAuth, commands: commands)
        } catch {
            throw PlanningError(error.description)
        }
        return JobSpec(
            replicaNum: place.replicaNum, jobNum: place.jobNum,
            jobName: "\(runName)-\(place.jobNum)-\(place.replicaNum)", jobsPerReplica: place.jobsPerReplica,
            appSpecs: appSpecs(group.ports), user: try user(base.user), commands: commands,
            env: base.env.values, homeDir: base.homeDir, imageName: image,
            privileged: base.docker == true || base.privileged,
            singleBranch: base.singleBranch ?? spec.configuration.clonesSingleBranch,
            maxDuration: profile.maxDuration?.seconds,
            stopDuration: (profile.stopDuration ?? .seconds(Self.defaultStopDuration)).seconds,
            utilizationPolicy: profile.utilizationPolicy, registryAuth: base.registryAuth,
            requirements: requirements(base, group, profile, image, isMultinode: place.jobsPerReplica > 1),
            retry: Self.retry(profile.retry), volumes: base.volumes, sshKey: key,
            workingDir: workingDirectory(base.workingDir), repoData: spec.repoData,
            repoCodeHash: spec.repoCodeHash, repoDir: base.repos.first?.path ?? spec.repoDir ?? Self.workingDirectory,
            repoExistsAction: base.repos.first?.ifExists, fileArchives: spec.fileArchives,
            nodeGroupIndex: place.groupIndex, nodeGroupName: group.name ?? "0",
            nodeGroupJobIndex: place.indexInGroup)
    }

    // MARK: Parts

    private func commands(
        _ base: BaseRunConfiguration, _ group: NodeGroup
    ) throws(PlanningError) -> [String] {
        let words: [String]
        if let entrypoint = base.entrypoint {
            words = try ShellText.words(entrypoint) + group.commands
        } else if !group.commands.isEmpty {
            words = [shell(base), "-i", "-c", ShellText.joined(Self.preparation(base) + group.commands)]
        } else if base.image != nil {
            return []  // the image's own, which the shim finds when it is there
        } else {
            words = []
        }
        if words.isEmpty {
            throw PlanningError(
                "Could not determine what command to run. "
                    + "Please specify either `commands` or `entrypoint` in your run configuration")
        }
        return words
    }

    /// What goes before the user's commands.
    private static func preparation(_ base: BaseRunConfiguration) -> [String] {
        if base.docker == true { return ["start-dockerd"] }
        guard base.image == nil, let version = base.python else { return [] }
        return [PythonEnvironment.command(version.rawValue)]
    }

    private func shell(_ base: BaseRunConfiguration) -> String {
        guard let shell = base.shell else { return base.image == nil ? "/bin/bash" : "/bin/sh" }
        return shell.hasPrefix("/") ? shell : "/bin/\(shell)"
    }

    private func appSpecs(_ ports: [PortMapping]) -> [AppSpec] {
        ports.filter { !Self.reservedPorts.contains($0.containerPort) }.enumerated().map { index, port in
            AppSpec(port: port.containerPort, mapToPort: port.localPort, appName: "app_\(index)")
        }
    }

    private func user(_ text: String?) throws(PlanningError) -> UnixUser? {
        guard let text else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, !parts.contains("") else {
            throw PlanningError("invalid user format: '\(text)' is not user, user:group or their numbers")
        }
        let ids = parts.map { Int($0) }
        if let negative = ids.compactMap(\.self).first(where: { $0 < 0 }) {
            throw PlanningError("invalid user format: \(negative) is negative")
        }
        return UnixUser(
            uid: ids[0], gid: parts.count > 1 ? ids[1] : nil, username: ids[0] == nil ? parts[0] : nil,
            groupname: parts.count > 1 && ids[1] == nil ? parts[1] : nil)
    }

    private func workingDirectory(_ directory: String?) -> String? {
        guard let directory else { return nil }
        if directory.hasPrefix("/") { return directory }
        let steps = directory.split(separator: "/").filter { $0 != "." }
        return ([Self.workingDirectory] + steps.map(String.init)).joined(separator: "/")
    }

    private func requirements(
        _ base: BaseRunConfiguration, _ group: NodeGroup, _ profile: ProfileParams, _ image: String,
        isMultinode: Bool
    ) -> Requirements {
        var resources = group.resources
        if resources.cpu.arch == nil, image == runtime.baseImage || image == runtime.develImage {
            // dstack's images are made for x86.
            resources.cpu.arch = .x86
        }
        let spot: Bool? =
            switch profile.spotPolicy ?? .onDemand {
            case .auto: nil
            case .spot: true
            case .onDemand: false
            }
        return Requirements(
            resources: resources, maxPrice: profile.maxPrice, spot: spot, reservation: profile.reservation,
            multinode: isMultinode, backendOptions: profile.backendOptions)
    }

    private static func retry(_ setting: RetrySetting?) -> RetrySetting? {
        let policy: ProfileRetry
        switch setting {
        case nil, .flag(false): return nil
        case .flag(true): policy = ProfileRetry()
        case .policy(let written): policy = written
        }
        return .policy(
            ProfileRetry(
                onEvents: policy.onEvents ?? allEvents, duration: policy.duration ?? Seconds(defaultRetryDuration)))
    }

    private static let allEvents: [RetryEvent] = [.noCapacity, .interruption, .error]
}

extension AnyRunConfiguration {
    /// The groups of nodes that a run has; nil of a type that is not served.
    func nodeGroups(runName: String) -> [NodeGroup]? {
        switch self {
        case .task(let task): task.nodeGroups
        case .devEnvironment(let environment):
            [
                NodeGroup(
                    name: "0", nodes: 1, resources: environment.base.resources,
                    commands: DevEnvironment.commands(environment, runName: runName), ports: environment.ports)
            ]
        case .service: nil
        }
    }

    /// Whether one branch is cloned where the configuration does not say: who works in it may want another.
    var clonesSingleBranch: Bool {
        if case .devEnvironment = self { false } else { true }
    }

    /// Seconds for which nobody may be connected; nil for any time.
    public var inactivity: Int? {
        if case .devEnvironment(let environment) = self { environment.inactivityDuration } else { nil }
    }
}

extension TaskConfiguration {
    /// The groups of nodes: those that are written, or one of all nodes.
    public var nodeGroups: [NodeGroup] {
        groups ?? [
            NodeGroup(name: "0", nodes: nodes ?? 1, resources: base.resources, commands: commands, ports: ports)
        ]
    }
}
