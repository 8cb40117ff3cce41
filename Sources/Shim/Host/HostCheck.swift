import Wire

/// What is wrong with a host, as a pure function over what it tells of itself.
struct HostCheck: Sendable, Equatable {
    /// Its disk is the one of the Docker Engine's images and containers.
    var usage: HostUsage?
    /// Bytes that are free for the shim itself.
    var homeFree: Int64?
    /// Why the Docker Engine does not answer; nil where it does, or none is to be used.
    var dockerError: String?
    /// GPUs that the kernel shows now, and as many as the host is known to have.
    var gpus: Int
    var gpusAtStart: Int

    /// Less is told as a warning: images are large.
    static let littleDisk: Int64 = 10 << 30
    /// With less no image can be pulled.
    static let noDisk: Int64 = 1 << 30
    /// With less the shim cannot write down what it runs.
    static let noHome: Int64 = 64 << 20

    var findings: [HostFinding] {
        var findings: [HostFinding] = []
        if let dockerError {
            findings.append(
                .init(
                    status: .failure, message: "The Docker Engine does not answer: \(dockerError). Start it on the host"
                ))
        }
        if gpus < gpusAtStart {
            findings.append(
                .init(
                    status: .failure,
                    message:
                        "\(gpusAtStart - gpus) of \(gpusAtStart) GPUs are gone: see that their driver works "
                        + "(nvidia-smi, amd-smi), look at the host's dmesg, and reboot it"
                ))
        }
        if let homeFree, homeFree < Self.noHome {
            findings.append(
                .init(
                    status: .failure,
                    message:
                        "The disk of the shim's directory is full: \(Self.size(homeFree)) are free. Make room on it"))
        }
        if let usage {
            let free = usage.diskTotal - usage.diskUsed
            if free < Self.noDisk {
                findings.append(
                    .init(status: .failure, message: "The disk is full: \(Self.size(free)) are free. \(Self.advice)"))
            } else if free < Self.littleDisk {
                findings.append(
                    .init(
                        status: .warning,
                        message: "The disk is nearly full: \(Self.size(free)) are free. \(Self.advice)"))
            }
            let spare = usage.memoryTotal - usage.memoryUsed
            if spare < usage.memoryTotal / 50 {
                findings.append(
                    .init(status: .warning, message: "The memory is nearly full: \(Self.size(spare)) are free"))
            }
        }
        return findings
    }

    private static let advice = "Remove images and containers that nobody uses (docker system prune)"

    private static func size(_ bytes: Int64) -> String {
        bytes < 1 << 30 ? "\(bytes >> 20) MB" : "\(bytes >> 30) GB"
    }
}
