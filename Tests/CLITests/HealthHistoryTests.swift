import Testing
import Wire

@testable import CLI

@Suite struct HealthHistoryTests {
    private static func check(_ seconds: Int, _ status: HealthStatus = .healthy, _ message: String? = nil)
        -> HealthCheck
    {
        let time = Timestamp(microseconds: 0).advanced(by: .seconds(seconds))
        return HealthCheck(
            collectedAt: time, status: status,
            events: message.map { [HealthEvent(timestamp: time, status: status, message: $0)] } ?? [])
    }

    private static let instance = Instance(
        id: "1", projectName: "main", name: "lab-0", instanceNum: 0, status: .idle, created: Timestamp(microseconds: 0))

    @Test func equalChecks_areOnePeriod() {
        let history = HealthHistory([
            Self.check(300), Self.check(240), Self.check(180, .failure, "no Docker"),
            Self.check(120, .failure, "no Docker"), Self.check(60, .failure, "a full disk"), Self.check(0),
        ])
        #expect(history.periods.map(\.status) == [.healthy, .failure, .failure, .healthy])
        #expect(history.periods.map { $0.from.microseconds / 1_000_000 } == [240, 120, 60, 0])
        let rows = history.rows(Self.instance, limit: 3)
        #expect(rows.count == 3)
        #expect(rows.map { $0["INSTANCE"]?.plain } == ["lab-0", "", ""])
        #expect(rows[0]["TO"]?.plain == "now")
        #expect(rows[1]["TO"] == rows[0]["FROM"])
        #expect(rows[1]["FOUND"]?.plain == "no Docker")
        var silent = Self.instance
        silent.unreachable = true
        #expect(history.rows(silent, limit: 1)[0]["TO"]?.plain == TimeText.dateAndClock(history.periods[0].last))
    }

    @Test func oneThatWasNeverChecked_saysSo() {
        let rows = HealthHistory([]).rows(Self.instance, limit: 3)
        #expect(rows.map { $0["HEALTH"]?.plain } == ["not checked yet"])
    }
}
