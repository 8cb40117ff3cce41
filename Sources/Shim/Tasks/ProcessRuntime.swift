import Wire

/// What a task without a container can be.
enum ProcessRuntime {
    /// Why a task cannot be run as plain processes; nil where it can.
    static func refusal(of request: ShimTaskRequest) -> String? {
        let docker =
            "no Docker Engine answers on this host; install it (on Debian: apt-get install docker.io) and start it, or"
            + " leave it out to run as a plain process"
        if !request.imageName.isEmpty { return "image '\(request.imageName)': \(docker)" }
        if request.privileged { return "privileged: \(docker)" }
        if let volume = request.volumes.first { return "volume '\(volume.name)': \(docker)" }
        if let mount = request.volumeMounts.first { return "volume mount '\(mount.path)': \(docker)" }
        if let mount = request.instanceMounts.first { return "instance mount '\(mount.path)': \(docker)" }
        return nil
    }
}
