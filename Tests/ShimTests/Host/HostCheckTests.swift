import Testing
import Wire

@testable import Shim

@Suite struct HostCheckTests {
    private static func usage(free: Int64, spare: Int64 = 1 << 34) -> HostUsage {
        HostUsage(
            timestampMicro: 1, cpuUsageMicro: 2, load: 0, memoryTotal: 1 << 35, memoryUsed: (1 << 35) - spare,
            diskTotal: 1 << 40, diskUsed: (1 << 40) - free)
    }

    @Test(arguments: [
        (HostCheck(usage: usage(free: 50 << 30), gpus: 2, gpusAtStart: 2), []),
        (HostCheck(usage: nil, gpus: 0, gpusAtStart: 0), []),
        (HostCheck(usage: usage(free: 5 << 30), gpus: 0, gpusAtStart: 0), [HealthStatus.warning]),
        (HostCheck(usage: usage(free: 5 << 20), gpus: 0, gpusAtStart: 0), [.failure]),
        (HostCheck(usage: usage(free: 50 << 30, spare: 1 << 20), gpus: 0, gpusAtStart: 0), [.warning]),
        (HostCheck(usage: usage(free: 50 << 30), homeFree: 5 << 20, gpus: 0, gpusAtStart: 0), [.failure]),
        (HostCheck(usage: usage(free: 50 << 30), homeFree: 1 << 30, gpus: 0, gpusAtStart: 0), []),
        (HostCheck(usage: nil, dockerError: "no socket", gpus: 7, gpusAtStart: 8), [.failure, .failure]),
    ]) func whatIsWrong_isFound(check: HostCheck, expected: [HealthStatus]) {
        #expect(check.findings.map(\.status) == expected)
    }

    @Test func theDiskThatIsFull_isToldWithWhatToDo() {
        let check = HostCheck(usage: Self.usage(free: 5 << 20), gpus: 0, gpusAtStart: 0)
        #expect(
            check.findings.map(\.message) == [
                "The disk is full: 5 MB are free. Remove images and containers that nobody uses (docker system prune)"
            ])
    }

    @Test func usage_isReadFromTheKernelsText() throws {
        let usage = try #require(
            HostUsage(
                stat: "cpu  100 20 30 4000 50 6 7 8 9 0\ncpu0 1 2 3 4 5 6 7 8 9 0\n",
                meminfo: "MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    400 kB\n",
                loadavg: "0.52 0.58 0.59 1/467 1234\n", ticks: 100, timestampMicro: 5, diskTotal: 10, diskUsed: 4))
        #expect(usage.cpuUsageMicro == 1_630_000)
        #expect(usage.memoryTotal == 1_024_000)
        #expect(usage.memoryUsed == 614_400)
        #expect(usage.load == 0.52)
        #expect(
            HostUsage(stat: "", meminfo: "", loadavg: "", ticks: 100, timestampMicro: 5, diskTotal: 1, diskUsed: 0)
                == nil)
        #expect(HostUsage.now(disk: "/") != nil)
    }

    @Test func dcgmsIncidents_areFindingsToo() {
        let health = ShimHealth(
            dcgm: DCGMHealth(
                overall: 10,
                incidents: [.init(health: 10, message: "GPU 0 is hot"), .init(health: 20, message: "GPU 1 is gone")]),
            findings: [.init(status: .warning, message: "full")])
        #expect(health.status == .failure)
        #expect(health.allFindings.map(\.message) == ["GPU 1 is gone", "full", "GPU 0 is hot"])
        #expect(ShimHealth().status == .healthy)
    }
}
