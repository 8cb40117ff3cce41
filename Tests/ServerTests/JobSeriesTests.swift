import Testing
import Wire

@testable import Server

@Suite struct JobSeriesTests {
    private static func sample(_ second: Int64, cpu: Int64, gpus: [Int] = []) -> RunnerMetrics {
        RunnerMetrics(
            timestampMicro: second * 1_000_000, cpuUsageMicro: cpu, memoryUsageBytes: 20 + second,
            memoryWorkingSetBytes: 10 + second,
            gpus: gpus.map { RunnerGPUMetrics(gpuMemoryUsageBytes: 5, gpuUtilPercent: $0) })
    }

    private static func values(_ series: [JSONValue], _ name: String) -> [Int64]? {
        for case .object(let members) in series {
            guard members.contains(where: { $0.name == "name" && $0.value == .string(name) }),
                case .array(let values)? = members.first(where: { $0.name == "values" })?.value
            else { continue }
            return values.compactMap { if case .integer(let number) = $0 { number } else { nil } }
        }
        return nil
    }

    @Test func lessThanTwoSamples_areNoSeries() {
        #expect(JobSeries.make([], resources: nil).isEmpty)
        #expect(JobSeries.make([Self.sample(1, cpu: 0)], resources: nil).isEmpty)
    }

    @Test func cpu_isTheShareOfTimeBetweenTwoSamples_inHundredthsOfOneProcessor() {
        let series = JobSeries.make(
            [Self.sample(30, cpu: 25_000_000), Self.sample(20, cpu: 5_000_000), Self.sample(10, cpu: 0)],
            resources: nil)
        #expect(Self.values(series, "cpu_usage_percent") == [200, 50])
        #expect(Self.values(series, "memory_usage_bytes") == [50, 40])
        #expect(Self.values(series, "memory_working_set_bytes") == [40, 30])
        #expect(Self.values(series, "cpus_detected_num") == nil)
        #expect(Self.values(series, "gpus_detected_num") == [0, 0])
    }

    @Test func gpus_haveSeriesOfTheirOwn_unlessTheirNumberChanges() {
        let resources = Resources(
            cpus: 4, memoryMib: 1024, gpus: [Gpu(name: "A", memoryMib: 8, vendor: .nvidia)], spot: false,
            disk: Disk(sizeMib: 1), description: "")
        let steady = JobSeries.make(
            [Self.sample(3, cpu: 0, gpus: [7, 9]), Self.sample(2, cpu: 0, gpus: [1, 2]), Self.sample(1, cpu: 0)],
            resources: resources)
        #expect(Self.values(steady, "gpu_util_percent_gpu1") == [9, 2])
        #expect(Self.values(steady, "gpu_memory_total_bytes") == [8 << 20, 8 << 20])
        #expect(Self.values(steady, "memory_total_bytes") == [1 << 30, 1 << 30])
        let changed = JobSeries.make(
            [Self.sample(3, cpu: 0, gpus: [7]), Self.sample(2, cpu: 0), Self.sample(1, cpu: 0)], resources: resources)
        #expect(Self.values(changed, "gpus_detected_num") == nil)
        #expect(Self.values(changed, "cpu_usage_percent") == [0, 0])
    }
}
