import Store
import Wire

/// Makes the series of dstack's API from samples. Pure.
enum JobSeries {
    /// - Parameters:
    ///   - samples: from the newest to the oldest; the last one only says where the processor time began.
    ///   - resources: what the job was given.
    static func make(_ samples: [RunnerMetrics], resources: Resources?) -> [JSONValue] {
        guard samples.count > 1 else { return [] }
        let shown = Array(samples.dropLast())
        let times = shown.map { JSONValue.string(Timestamp(microseconds: $0.timestampMicro).description) }
        func series(_ name: String, _ values: [Int64]) -> JSONValue {
            ["name": .string(name), "timestamps": .array(times), "values": .array(values.map { .integer($0) })]
        }
        func constant(_ name: String, _ value: Int64) -> JSONValue {
            series(name, Array(repeating: value, count: shown.count))
        }
        var all = [
            series("cpu_usage_percent", zip(shown, samples.dropFirst()).map(cpuPercent)),
            series("memory_usage_bytes", shown.map(\.memoryUsageBytes)),
            series("memory_working_set_bytes", shown.map(\.memoryWorkingSetBytes)),
        ]
        if let resources {
            all.append(constant("cpus_detected_num", Int64(resources.cpus)))
            all.append(constant("memory_total_bytes", Int64(resources.memoryMib) << 20))
        }
        // Where the number of GPUs changes within the window, nobody can say which is which.
        let count = shown[0].gpus.count
        guard shown.allSatisfy({ $0.gpus.count == count }) else { return all }
        all.append(constant("gpus_detected_num", Int64(count)))
        if let gpu = resources?.gpus.first {
            all.append(constant("gpu_memory_total_bytes", Int64(gpu.memoryMib) << 20))
        }
        for index in 0..<count {
            all.append(series("gpu_memory_usage_bytes_gpu\(index)", shown.map { $0.gpus[index].gpuMemoryUsageBytes }))
        }
        for index in 0..<count {
            all.append(series("gpu_util_percent_gpu\(index)", shown.map { Int64($0.gpus[index].gpuUtilPercent) }))
        }
        return all
    }

    /// Hundredths of one processor between two samples.
    private static func cpuPercent(_ sample: RunnerMetrics, since last: RunnerMetrics) -> Int64 {
        let window = sample.timestampMicro - last.timestampMicro
        if window == 0 { return 0 }
        let share = Double(sample.cpuUsageMicro - last.cpuUsageMicro) / Double(window)
        return Int64((share * 100).rounded(.toNearestOrEven))
    }
}

extension JobRecord {
    /// What the job was given of its instance; nil before it has one.
    var resources: Resources? { offer?.resources }

    /// Resources, price and backend of what the job has.
    var offer: (resources: Resources, price: Double, backend: BackendType)? {
        let provisioned = provisioningData.flatMap { try? JobProvisioningData(json: $0) }
        let runtime = runtimeData.flatMap { try? JobRuntimeData(json: $0) }
        guard let provisioned else { return nil }
        let resources = runtime?.offer?.instance.resources ?? provisioned.instanceType.resources
        return (
            resources, runtime?.offer?.price ?? provisioned.price, provisioned.baseBackend ?? provisioned.backend
        )
    }
}
