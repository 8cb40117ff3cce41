import Testing
import Wire

@testable import Server

@Suite struct UtilizationPolicyTests {
    static let now = Timestamp(microseconds: 1_000_000_000_000)
    static let policy = UtilizationPolicy(minGpuUtilization: 10, timeWindow: Seconds(300))

    /// Samples of GPUs, the newest first, each so many seconds old.
    static func samples(_ ages: some Sequence<Int>, _ gpus: (Int) -> [Int]) -> [RunnerMetrics] {
        ages.map { age in
            RunnerMetrics(
                timestampMicro: now.microseconds - Int64(age) * 1_000_000, cpuUsageMicro: 0, memoryUsageBytes: 0,
                memoryWorkingSetBytes: 0,
                gpus: gpus(age).map { RunnerGPUMetrics(gpuMemoryUsageBytes: 0, gpuUtilPercent: $0) })
        }
    }

    static let window = stride(from: 0, through: 300, by: 10)

    static let table: [(name: String, samples: [RunnerMetrics], isBroken: Bool)] = [
        ("nothing is known", [], false),
        ("idle all over the window", samples(window) { _ in [0] }, true),
        ("just below", samples(window) { _ in [9] }, true),
        ("just enough", samples(window) { _ in [10] }, false),
        ("busy once", samples(window) { [$0 == 150 ? 10 : 0] }, false),
        ("busy at the very beginning", samples(window) { [$0 == 300 ? 90 : 0] }, false),
        ("busy now", samples(window) { [$0 == 0 ? 90 : 0] }, false),
        ("one of two idle", samples(window) { _ in [100, 0] }, true),
        ("idle in turns", samples(window) { $0 % 20 == 0 ? [100, 0] : [0, 100] }, false),
        ("no GPU", samples(window) { _ in [] }, false),
        ("another number of GPUs meanwhile", samples(window) { $0 > 200 ? [0, 0] : [0] }, false),
        ("ran for less than the window", samples(stride(from: 0, through: 230, by: 10)) { _ in [0] }, false),
        ("ran for the window but a minute", samples(stride(from: 0, through: 240, by: 10)) { _ in [0] }, true),
        ("rare samples", samples(stride(from: 0, through: 300, by: 60)) { _ in [0] }, true),
        ("a gap within", samples(window.filter { !(100..<170).contains($0) }) { _ in [0] }, false),
        ("nothing of late", samples(stride(from: 70, through: 300, by: 10)) { _ in [0] }, false),
        ("one sample", samples([10]) { _ in [0] }, false),
    ]

    @Test func policy_isBroken_whereSomeGPUIsIdleAllOverTheWindow() {
        for (name, samples, isBroken) in Self.table {
            #expect(Self.policy.isBroken(by: samples, at: Self.now, interval: .seconds(10)) == isBroken, "\(name)")
        }
    }

    @Test func minimumOfZero_isNeverBroken() {
        let policy = UtilizationPolicy(minGpuUtilization: 0, timeWindow: Seconds(300))
        #expect(!policy.isBroken(by: Self.samples(Self.window) { _ in [0] }, at: Self.now, interval: .seconds(10)))
    }
}
