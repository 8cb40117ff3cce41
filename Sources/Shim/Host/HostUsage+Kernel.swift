import Glibc
import Wire

extension HostUsage {
    /// What the kernel tells at this moment; nil where it does not.
    ///
    /// - Parameter path: a place on the file system whose room is told.
    static func now(disk path: String) -> HostUsage? {
        var disk = statvfs()
        guard let stat = FileBytes.read("/proc/stat", limit: 1 << 20),
            let memory = FileBytes.read("/proc/meminfo", limit: 1 << 16),
            let load = FileBytes.read("/proc/loadavg", limit: 256), statvfs(path, &disk) == 0
        else { return nil }
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return HostUsage(
            stat: String(decoding: stat, as: UTF8.self), meminfo: String(decoding: memory, as: UTF8.self),
            loadavg: String(decoding: load, as: UTF8.self), ticks: Int64(sysconf(Int32(_SC_CLK_TCK))),
            timestampMicro: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000,
            diskTotal: Int64(disk.f_blocks) * Int64(disk.f_frsize),
            // What only root may use counts as used: a job is not refused by df's percentage but by what is free.
            diskUsed: Int64(disk.f_blocks - disk.f_bavail) * Int64(disk.f_frsize))
    }

    /// From the text of the kernel's files.
    ///
    /// - Parameter ticks: of `/proc/stat` in a second.
    init?(
        stat: String, meminfo: String, loadavg: String, ticks: Int64, timestampMicro: Int64, diskTotal: Int64,
        diskUsed: Int64
    ) {
        // user, nice, system, idle, iowait, irq, softirq, steal; what guests use is in user already.
        let cpu = stat.split(separator: "\n").first { $0.hasPrefix("cpu ") }?.split(separator: " ").dropFirst()
            .compactMap { Int64($0) }
        guard let cpu, cpu.count >= 7, ticks > 0, let total = Self.bytes("MemTotal", meminfo),
            let free = Self.bytes("MemAvailable", meminfo),
            let load = loadavg.split(separator: " ").first.map(String.init)
        else { return nil }
        let busy = cpu[0] + cpu[1] + cpu[2] + cpu[5] + cpu[6]
        self.init(
            timestampMicro: timestampMicro, cpuUsageMicro: busy * 1_000_000 / ticks, load: Double(load) ?? 0,
            memoryTotal: total, memoryUsed: max(0, total - free), diskTotal: diskTotal, diskUsed: diskUsed)
    }

    /// A line such as `MemTotal:       24689796 kB`.
    private static func bytes(_ name: String, _ text: String) -> Int64? {
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int64($0) }.map { $0 * 1024 }
    }
}
