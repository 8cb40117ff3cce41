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
    init(id: String, runID: String, job: JobSpec, credentials: RegistryAuth?, keys: [String]) {
        let asked = job.requirements.resources
        let hasContainer = !job.imageName.isEmpty
        self.init(
            id: id, name: job.jobName, registryUsername: credentials?.username ?? "",
            registryPassword: credentials?.password ?? "", imageName: job.imageName, privileged: job.privileged,
            gpu: Self.gpus(asked.gpu), cpu: Double(asked.cpu.count.max ?? 0),
            memory: Int(clamping: asked.memory.max?.bytes ?? 0), shmSize: Int(clamping: asked.shmSize?.bytes ?? 0),
            networkMode: hasContainer ? "bridge" : "host",
            instanceMounts: (job.volumes ?? []).compactMap { mount in
                guard case .instance(let mount) = mount else { return nil }
                return ShimInstanceMount(instancePath: mount.instancePath, path: mount.path)
            },
            containerSSHKeys: keys, runID: job.jobsPerReplica > 1 ? runID : nil,
            publishPorts: hasContainer ? false : nil)
    }

    /// As many as are asked for, all (-1) where any number will do, none for `gpu: 0`.
    private static func gpus(_ asked: GPUSpec?) -> Int {
        guard let asked else { return -1 }
        if asked.count.max == 0 { return 0 }
        return asked.count.min.map { $0 > 0 ? $0 : -1 } ?? -1
    }
}
