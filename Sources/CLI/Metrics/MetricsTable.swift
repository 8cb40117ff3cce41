import Wire

/// The table of `dstack metrics`: for each job a line for processor and memory, and one for each GPU.
enum MetricsTable {
    /// What everything but the two lines of bars takes of a terminal's width.
    private static let otherColumns = 44

    /// - Parameter width: columns of the terminal; nil where there is none.
    static func make(_ jobs: [(job: Job, metrics: JobMetrics)], width: Int?) -> Table {
        var table = Table(columns: [
            .init(title: "", wraps: false), .init(title: " ", style: .secondary, wraps: false),
            .init(title: "UTILIZATION", wraps: false), .init(title: "MEMORY", wraps: false),
        ])
        let cells = max(10, min(60, ((width ?? 120) - otherColumns) / 2))
        let hasReplicas = Set(jobs.map(\.job.jobSpec.replicaNum)).count > 1
        for (job, metrics) in jobs {
            let spec = job.jobSpec
            let label = (hasReplicas ? "replica=\(spec.replicaNum) " : "") + "job=\(spec.jobNum)"
            let cpus = max(1, metrics.values("cpus_detected_num").last ?? 1)
            let cpu = metrics.values("cpu_usage_percent").map { $0 / cpus }
            table.add(
                StyledText(label), "cpu", percent(cpu, cells),
                memory(
                    metrics.values("memory_working_set_bytes"), of: metrics.values("memory_total_bytes").last, cells))
            let gpus = Int(metrics.values("gpus_detected_num").last ?? 0)
            for index in 0..<gpus {
                table.add(
                    "", StyledText("gpu=\(index)"), percent(metrics.values("gpu_util_percent_gpu\(index)"), cells),
                    memory(
                        metrics.values("gpu_memory_usage_bytes_gpu\(index)"),
                        of: metrics.values("gpu_memory_total_bytes").last, cells))
            }
        }
        return table
    }

    private static let none = StyledText("no data", .secondary)

    private static func percent(_ values: [Double], _ cells: Int) -> StyledText {
        guard let last = values.last else { return none }
        return "\(Sparkline.draw(values, width: cells), .success) \(Int(last.rounded()))%"
    }

    private static func memory(_ values: [Double], of total: Double?, _ cells: Int) -> StyledText {
        guard let last = values.last else { return none }
        guard let total, total > 0 else { return StyledText(size(last)) }
        let bars = Sparkline.draw(values.map { $0 / total * 100 }, width: cells)
        return "\(bars, .success) \(size(last))/\(size(total))"
    }

    /// Whole megabytes below one gigabyte, whole gigabytes above, as dstack prints them.
    static func size(_ bytes: Double) -> String {
        let megabytes = bytes / 1_048_576
        return megabytes >= 1024
            ? "\(Int((megabytes / 1024).rounded(.toNearestOrEven)))GB"
            : "\(Int(megabytes.rounded(.toNearestOrEven)))MB"
    }
}
