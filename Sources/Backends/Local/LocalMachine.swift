import Glibc
import HostTools
import Wire

/// What this machine has.
public enum LocalMachine {
    /// Cores, memory, disk and GPUs.
    ///
    /// - Parameter path: a place on the file system whose size counts as the disk.
    /// - Throws: `LocalError` where the kernel does not tell, `ToolError`.
    public static func resources(disk path: String) async throws -> Resources {
        try await offPool {
            let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
            let (pages, pageSize) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
            guard cores > 0, pages > 0, pageSize > 0 else {
                throw LocalError.system(call: "sysconf", subject: "cores and memory", errno: errno)
            }
            return Resources(
                cpus: cores, memoryMib: (pages * pageSize) >> 20, gpus: try GPUTools.detect().map(\.gpu), spot: false,
                disk: Disk(sizeMib: try diskSize(path)), cpuArch: architecture)
        }
    }

    /// The size of the file system, in MiB: what is free now says little about a job that runs later.
    private static func diskSize(_ path: String) throws(LocalError) -> Int {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw .system(call: "statvfs", subject: path, errno: errno) }
        return (Int(status.f_blocks) * Int(status.f_frsize)) >> 20
    }

    private static var architecture: CPUArchitecture? {
        #if arch(x86_64)
            .x86
        #elseif arch(arm64)
            .arm
        #else
            nil
        #endif
    }
}
