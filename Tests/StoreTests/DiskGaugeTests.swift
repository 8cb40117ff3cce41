import Testing

@testable import Store

@Suite struct DiskGaugeTests {
    private static let megabyte: Int64 = 1 << 20

    /// On a disk of a terabyte, whose margin is 64 MiB, with its reserve in place.
    @Test(arguments: [
        // free, was full, is full, logs are kept
        (1000, false, false, true),
        (64, false, false, true),
        (63, false, true, true),
        (64, true, true, true),
        (79, true, true, true),
        (80, true, false, true),
        (16, true, true, true),
        (15, true, true, false),
        (0, true, true, false),
    ])
    func take_whenTheReserveIsThere(free: Int64, wasFull: Bool, isFull: Bool, keepsLogs: Bool) {
        var gauge = DiskGauge()
        gauge.holdsReserve = true
        if wasFull { _ = gauge.take(Self.look(0)) }
        #expect(gauge.take(Self.look(free)) == (wasFull != isFull))
        #expect(gauge.isFull == isFull)
        #expect(gauge.keepsLogs(Self.look(free)) == keepsLogs)
    }

    @Test func take_whenTheReserveIsGone_isFull_andWaitsForItsRoomToo() {
        var gauge = DiskGauge()
        gauge.holdsReserve = true
        _ = gauge.take(Self.look(0))
        gauge.holdsReserve = false
        #expect(!gauge.canRestore(Self.look(87)))
        #expect(gauge.canRestore(Self.look(88)))
        _ = gauge.take(Self.look(500))
        #expect(gauge.isFull)
    }

    @Test(arguments: [(24, 6, 3), (32, 8, 4), (512, 8, 64), (1 << 30, 8, 64)])
    func sizes_followTheDisk(total: Int64, reserve: Int64, margin: Int64) {
        let look = DiskLook(free: 0, total: total * Self.megabyte)
        #expect(DiskGauge.reserve(look) == reserve * Self.megabyte)
        #expect(DiskGauge.margin(look) == margin * Self.megabyte)
    }

    private static func look(_ free: Int64) -> DiskLook {
        DiskLook(free: free * megabyte, total: megabyte << 20)
    }
}
