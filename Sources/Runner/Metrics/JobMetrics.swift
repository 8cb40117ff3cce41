import Glibc
import Wire

/// What the job uses, summed over its processes; a container's memory is what the kernel counts for it.
enum JobMetrics {
    /// A look at this moment. Blocks on `/proc` and, where there are GPUs, on `nvidia-smi`.
    ///
    /// Processor time is that of the living processes and of all that the runner has waited for: it never shrinks by
    /// more than what a daemon's own child took unseen.
    ///
    /// - Parameters:
    ///   - isProcess: whether the job is a plain process on its host.
    ///   - probe: asks the GPUs.
    static func now(isProcess: Bool, _ probe: GPUProbe) -> RunnerMetrics {
        let tick = Double(sysconf(Int32(_SC_CLK_TCK)))
        let page = UInt64(sysconf(Int32(_SC_PAGESIZE)))
        let processes = ProcessTree.descendants(of: getpid()).compactMap { ProcessStat($0) }
        let ticks = processes.reduce(0) { $0 + $1.cpuTicks }
        let resident = Int(clamping: processes.reduce(0) { $0 + $1.residentPages } * page)
        let container = isProcess ? nil : MemoryUsage.ofContainer()
        var ended = rusage()
        getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &ended)
        let endedMicroseconds =
            (ended.ru_utime.tv_sec + ended.ru_stime.tv_sec) * 1_000_000
            + Int(ended.ru_utime.tv_usec) + Int(ended.ru_stime.tv_usec)
        return RunnerMetrics(
            timestampMicro: Journal.now(),
            cpuUsageMicro: Int64(Double(ticks) / tick * 1_000_000) + Int64(endedMicroseconds),
            memoryUsageBytes: Int64(container?.all ?? resident),
            memoryWorkingSetBytes: Int64(container?.workingSet ?? resident),
            gpus: probe.read())
    }
}
