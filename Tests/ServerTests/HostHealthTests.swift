import Testing
import Wire

@testable import Server

@Suite struct HostHealthTests {
    private static let well = ShimHealth(findings: [])
    private static let full = ShimHealth(findings: [.init(status: .warning, message: "The disk is nearly full")])

    @Test func aChange_isKeptAtOnce_andAnUnchangedStateOnceAMinute() {
        var health = HostHealth()
        let start = Timestamp(microseconds: 0)
        func take(_ answer: ShimHealth, _ seconds: Int) -> HealthStatus? {
            health.take(answer, at: start.advanced(by: .seconds(seconds)), interval: .seconds(60))?.status
        }
        #expect(take(Self.well, 0) == .healthy)
        #expect(take(Self.well, 10) == nil)
        #expect(take(Self.full, 20) == .warning)
        #expect(take(Self.full, 30) == nil)
        #expect(take(Self.full, 80) == .warning)
        #expect(take(Self.well, 90) == .healthy)
    }
}
