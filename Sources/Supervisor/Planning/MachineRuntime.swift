import Wire

/// How the machine runs jobs, and in which images those that name none.
public struct MachineRuntime: Sendable, Equatable {
    /// Whether a Docker Engine answers on it.
    public var hasDocker: Bool
    /// The image of a job that asks for none; nil runs it as processes of the machine.
    public var defaultImage: String?
    /// Whether no job may run as processes.
    public var isContainersOnly: Bool
    /// dstack's own image, for what a configuration asks for without naming an image.
    public var baseImage: String
    /// The same with CUDA's compiler (`nvcc`).
    public var develImage: String
    /// The image with a Docker Engine inside (`docker: true`).
    public var dockerImage: String

    public init(
        hasDocker: Bool = false, defaultImage: String? = nil, isContainersOnly: Bool = false,
        baseImage: String = "dstackai/base:0.16-base-ubuntu24.04",
        develImage: String = "dstackai/base:0.16-devel-ubuntu24.04", dockerImage: String = "dstackai/dind"
    ) {
        self.hasDocker = hasDocker
        self.defaultImage = defaultImage
        self.isContainersOnly = isContainersOnly
        self.baseImage = baseImage
        self.develImage = develImage
        self.dockerImage = dockerImage
    }

    /// The image that a job's container is made of; empty for a job that runs as processes.
    ///
    /// - Throws: `PlanningError` where the job needs a container and there is no Docker Engine.
    func image(of base: BaseRunConfiguration) throws(PlanningError) -> String {
        let (image, reason) = wish(base)
        if hasDocker { return image }
        if let reason {
            throw PlanningError(
                "`\(reason)` needs Docker, and no Docker Engine answers on this machine: install and start it (on "
                    + "Debian: apt-get install docker.io), or leave `\(reason)` out to run the commands as processes of "
                    + "the machine")
        }
        if isContainersOnly {
            throw PlanningError(
                "this server runs jobs in containers only (DSTACK_LOCAL_RUNTIME=docker), and no Docker Engine answers on "
                    + "this machine: start it")
        }
        // An engine that is away must not keep a job from running that needs none.
        return ""
    }

    /// Whether it matters to such a job if a Docker Engine answers.
    public func isAsked(by base: BaseRunConfiguration) -> Bool { !wish(base).image.isEmpty }

    /// The image, and the property that asks for a container.
    private func wish(_ base: BaseRunConfiguration) -> (image: String, reason: String?) {
        if base.docker == true { return (dockerImage, "docker") }
        if let image = base.image { return (image, "image") }
        if base.nvcc == true { return (develImage, "nvcc") }
        if base.privileged { return (defaultImage ?? baseImage, "privileged") }
        if !base.volumes.isEmpty { return (defaultImage ?? baseImage, "volumes") }
        return (defaultImage ?? (isContainersOnly ? baseImage : ""), nil)
    }
}
