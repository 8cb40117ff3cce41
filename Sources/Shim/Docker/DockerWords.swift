import Glibc

/// Why an image cannot be pulled, in words that say what to do.
enum PullRefusal {
    static func words(_ image: String, _ error: DockerError, hasCredentials: Bool) -> String {
        let text = "\(error)"
        let low = text.lowercased()
        let advice: String
        if low.contains("no space left") {
            advice = "the disk of the Docker Engine is full: delete images (docker image prune) or give it more room"
        } else if low.contains("no matching manifest") || low.contains("does not match the specified platform") {
            advice = "the image is not made for this host (\(HostPlatform.architecture)); use one that is"
        } else if low.contains("unauthorized") || low.contains("authentication required")
            || low.contains("no basic auth") || low.contains("denied")
        {
            advice =
                hasCredentials
                ? "the registry refused the credentials: check `registry_auth` and the image's name"
                : "check the image's name; a private one needs `registry_auth`"
        } else if low.contains("not found") || low.contains("manifest unknown") || low.contains("invalid reference") {
            advice = "check the image's name and tag"
        } else if low.contains("connection refused") || low.contains("no such host") || low.contains("i/o timeout")
            || low.contains("server misbehaving") || low.contains("network is unreachable")
        {
            advice = "the registry cannot be reached from this host: check its name and the network"
        } else {
            advice = "see the Docker Engine's log on the host"
        }
        return "cannot pull image '\(image)': \(text); \(advice)"
    }
}

/// What this host's processors run.
enum HostPlatform {
    /// As in Go.
    static let architecture: String = {
        #if arch(arm64)
            "arm64"
        #else
            "amd64"
        #endif
    }()

    /// Why an image cannot run here; nil where it can.
    static func refusal(of image: DockerImage, _ name: String) -> String? {
        guard let other = image.architecture, !other.isEmpty, other != architecture, !isEmulated(other) else {
            return nil
        }
        return "image '\(name)' is made for \(other) and this host is \(architecture); use an image for this host"
    }

    /// Whether the kernel hands programs of another kind to an emulator.
    private static func isEmulated(_ other: String) -> Bool {
        let names = ["arm64": "aarch64", "amd64": "x86_64", "386": "i386"]
        return access("/proc/sys/fs/binfmt_misc/qemu-\(names[other] ?? other)", F_OK) == 0
    }
}

extension DockerError {
    /// The engine's words on a container that cannot be made or started, with what to do.
    func explained(_ request: ContainerRequest) -> DockerError {
        guard case .refused(let status, let message) = self else { return self }
        let low = message.lowercased()
        var advice: String?
        if low.contains("bind source path does not exist") {
            advice = "make the directory on the host, or correct `volumes`"
        } else if low.contains("unable to apply caps") || low.contains("operation not permitted") {
            advice =
                request.privileged
                ? "this host does not allow privileged containers; leave out `privileged` and `docker`" : nil
        } else if low.contains("could not select device driver") {
            advice = "install the NVIDIA Container Toolkit on the host, or ask for no GPU (`gpu: 0`)"
        } else if low.contains("range of cpus") {
            advice = "ask for fewer CPUs by `resources`"
        } else if low.contains("no space left") {
            advice = "the disk of the Docker Engine is full: delete containers and images (docker system prune)"
        }
        return .refused(
            status: status, message: "cannot start the container: " + message + (advice.map { "; \($0)" } ?? ""))
    }
}
