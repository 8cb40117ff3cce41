import Testing
import Wire

@Suite struct TimestampTests {
    @Test(arguments: [
        ("2026-11-24T21:30:40.672311Z", "2026-11-24T21:30:40.672311Z"),
        ("2026-11-24T21:30:40+00:00", "2026-11-24T21:30:40Z"),
        ("2026-11-24 21:30:40.5", "2026-11-24T21:30:40.500000Z"),
        ("2026-11-24T22:30:40+01:00", "2026-11-24T21:30:40Z"),
        ("2026-11-24T21:30:40.6723119Z", "2026-11-24T21:30:40.672311Z"),
        ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
        ("2024-02-29T00:00Z", "2024-02-29T00:00:00Z"),
    ])
    func times_areWrittenInUTC(text: String, expected: String) throws {
        #expect(try #require(Timestamp(text)).description == expected)
    }

    @Test(arguments: [
        "", "now", "2026-13-01T00:00:00Z", "2026-11-24", "2026-11-24T25:00:00Z", "2026-11-24T21:30:40.Z", "1",
    ])
    func otherTexts_areNoTimes(text: String) {
        #expect(Timestamp(text) == nil)
    }
}
