import Wire

extension ShimTaskRequest {
    /// What the shim is asked for to run a job.
    ///
    /// What a user bounds from above is what its container is held to: `memory: 4GB` is a limit, `memory: 4GB..` a wish.
    ///
    /// - Parameters:
    ///   - id: the submission's.
    ///   - credentials: for the image's registry, their secrets filled in.
    ///   - keys: public keys that may log in to the job.
    ///   - hostUser: as whom clients log in to the host of a fleet that it runs on; nil on this machine. On hosts each of
    ///     several nodes has a host alone, and its network: containers of different hosts reach one another in no other way.
    ///   - share: what the job has of a host that several share; nil, or without numbers, for no bounds of that kind.
    init(
        id: String, runID: String, job: JobSpec, credentials: RegistryAuth?, keys: [String],
        share: JobRuntimeData? = nil, hostUser: String? = nil
    ) {
        let asked = job.requirements.resources
        let hasContainer = !job.imageName.isEmpty
        let isNode = job.jobsPerReplica > 1
        self.init(
            id: id, name: job.jobName, registryUsername: credentials?.username ?? "",
            registryPassword: credentials?.password ?? "", imageName: job.imageName, privileged: job.privileged,
            gpu: share?.gpu ?? Self.gpus(asked.gpu),
            cpu: [asked.cpu.count.max.map(Double.init), share?.cpu].compactMap(\.self).min() ?? 0,
            memory: Int(clamping: [asked.memory.max?.bytes, share?.memory?.bytes].compactMap(\.self).min() ?? 0),
            shmSize: Int(clamping: asked.shmSize?.bytes ?? 0),
            networkMode: hasContainer && !(hostUser != nil && isNode) ? "bridge" : "host",
            instanceMounts: (job.volumes ?? []).compactMap { mount in
                guard case .instance(let mount) = mount else { return nil }
                return ShimInstanceMount(instancePath: mount.instancePath, path: mount.path)
            },
            hostSSHUser: hostUser ?? "", hostSSHKeys: hostUser == nil ? [] : keys, containerSSHKeys: keys,
            runID: isNode ? runID : nil, publishPorts: hasContainer ? false : nil,
            publishSSH: hostUser == nil ? nil : true)
    }

    /// As many as are asked for, all (-1) where any number will do, none for `gpu: 0`.
    private static func gpus(_ asked: GPUSpec?) -> Int {
        guard let asked else { return -1 }
        if asked.count.max == 0 { return 0 }
        return asked.count.min.map { $0 > 0 ? $0 : -1 } ?? -1
    }
}
