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
            gpu: share?.gpu ?? GPUSpec.granted(asked.gpu, hasHostAlone: hostUser != nil) ?? -1,
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
}
