import Foundation
import Testing
import Wire

@testable import Store

@Suite struct MetricsStoreTests {
    private static func sample(_ second: Int64, gpus: [RunnerGPUMetrics] = []) -> RunnerMetrics {
        RunnerMetrics(
            timestampMicro: second * 1_000_000, cpuUsageMicro: second, memoryUsageBytes: 2, memoryWorkingSetBytes: 1,
            gpus: gpus)
    }

    private static func withStore(_ body: (MetricsStore, String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "metrics-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/metrics.sqlite"
        let store = try MetricsStore(path: path)
        try await body(store, path)
        try store.close()
    }

    @Test func points_areTheNewestFirst_withinTheWindow() async throws {
        try await Self.withStore { store, _ in
            let gpus = [RunnerGPUMetrics(gpuMemoryUsageBytes: 7, gpuUtilPercent: 50)]
            try await store.add((1...5).map { MetricsPoint(jobID: "a", sample: Self.sample($0, gpus: gpus)) })
            try await store.add([MetricsPoint(jobID: "b", sample: Self.sample(3))])
            let all = try await store.points(jobID: "a", limit: 3)
            #expect(all == [5, 4, 3].map { Self.sample($0, gpus: gpus) })
            let window = try await store.points(
                jobID: "a", after: Timestamp(microseconds: 2_000_000), before: Timestamp(microseconds: 4_000_000),
                limit: 9)
            #expect(window.map(\.cpuUsageMicro) == [3, 2])
        }
    }

    @Test func forget_knowsTwoAges() async throws {
        try await Self.withStore { store, _ in
            for id in ["runs", "ended"] {
                try await store.add((1...9).map { MetricsPoint(jobID: id, sample: Self.sample($0)) })
            }
            try await store.forget(
                running: ["runs"], runningBefore: Timestamp(microseconds: 8_000_000),
                finishedBefore: Timestamp(microseconds: 3_000_000))
            #expect(try await store.points(jobID: "runs", limit: 99).map(\.cpuUsageMicro) == [9, 8])
            #expect(try await store.points(jobID: "ended", limit: 99).count == 7)
        }
    }

    @Test func damagedFile_isReplaced() async throws {
        let path = NSTemporaryDirectory() + "metrics-" + UUID().uuidString
        defer { for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + ending) } }
        try Data("this is no database, and long enough to be taken for none".utf8).write(
            to: URL(fileURLWithPath: path))
        let store = try MetricsStore(path: path)
        let points = try await store.points(jobID: "a", limit: 1)
        #expect(points == [])
        try store.close()
    }
}
