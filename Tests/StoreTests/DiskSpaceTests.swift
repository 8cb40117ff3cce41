import Foundation
import GRDB
import Synchronization
import Testing
import Wire

@testable import Store

/// Reserve and refusals on a disk whose fill the test decides; `test_full_disk.py` has a real one.
@Suite struct DiskSpaceTests {
    private static let reserve = 8 << 20

    @Test func reserve_isTaken_given_andTakenAgain() throws {
        try withDisk { disk in
            let space = disk.space()
            #expect(disk.reserveSize == Self.reserve)
            disk.set(free: 0)
            #expect(space.release())
            #expect(!space.release())
            #expect(disk.reserveSize == 0)
            space.watch()
            disk.set(free: 500)
            space.watch()
            #expect(disk.reserveSize == Self.reserve)
            #expect(space.release())
        }
    }

    @Test func change_isReportedOnce() throws {
        try withDisk { disk in
            let space = disk.space()
            for free: Int64 in [500, 10, 0, 20, 500, 500] {
                disk.set(free: free)
                space.watch()
            }
            #expect(
                disk.reports == [
                    .full(
                        "the disk of the server is full: '\(disk.folder)' has 10 MB free of 1000 MB; until there is room,"
                            + " new runs and uploads are refused, job logs wait, and checkpoints use a reserve"),
                    .room("the disk of the server has room again: '\(disk.folder)' has 500 MB free of 1000 MB"),
                ])
        }
    }

    @Test func whatGrows_isRefused_withWhatItNeeds() throws {
        try withDisk { disk in
            let space = disk.space()
            try space.requireRoom(for: "a new run")
            disk.set(free: 70)
            try space.requireRoom(for: "a new run")
            #expect(
                throws: StoreError.full(
                    "'\(disk.folder)' has 70 MB free, and this archive needs 74 MB; free space there and try again")
            ) {
                try space.requireRoom(for: "this archive", bytes: 10 << 20)
            }
            disk.set(free: 1)
            #expect(
                throws: StoreError.full(
                    "'\(disk.folder)' has 1 MB free, and a new run needs 80 MB; free space there and try again")
            ) {
                try space.requireRoom(for: "a new run")
            }
            #expect(!space.keepsLogs)
        }
    }

    @Test func checkpoint_onAFullDisk_usesTheReserve_andNothingElseDoes() async throws {
        let disk = try Disk()
        let space = disk.space()
        let store = try SQLiteStore(
            path: disk.folder + "/dstack.sqlite", keyring: Keyring(keys: [.random(id: "k")]), space: space)
        disk.set(free: 0)
        let full: @Sendable (Database) throws -> Void = { _ in throw DatabaseError(resultCode: .SQLITE_FULL) }
        await #expect(throws: DatabaseError.self) { try await store.write(full) }
        #expect(disk.reserveSize == Self.reserve)
        // Fails as long as nobody has given the reserve up.
        try await store.writer.submit { [disk] db in
            if disk.reserveSize > 0 { throw DatabaseError(resultCode: .SQLITE_FULL) }
            return ((), [])
        }
        #expect(disk.reserveSize == 0)
        // What was claimed lies beyond the files' ends, which stay where they are.
        let log = try #require(try disk.file("dstack.sqlite-wal"))
        #expect(log.allocated >= log.size + Int64(Self.reserve / 4 * 3))
        await #expect(throws: DatabaseError.self) {
            try await store.writer.submit { db in
                try full(db)
                return ((), [])
            }
        }
        try await store.close()
        try disk.remove()
    }

    private func withDisk(_ body: (Disk) throws -> Void) throws {
        let disk = try Disk()
        try body(disk)
        try disk.remove()
    }

    /// A folder that claims to be on a disk of 1000 MB.
    private final class Disk: Sendable {
        let folder = NSTemporaryDirectory() + "disk-" + UUID().uuidString
        private let free = Mutex<Int64>(500 << 20)
        private let told = Mutex<[DiskSpace.Report]>([])

        init() throws {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }

        func set(free megabytes: Int64) { free.withLock { $0 = megabytes << 20 } }

        var reports: [DiskSpace.Report] { told.withLock { $0 } }

        func space() -> DiskSpace {
            DiskSpace(
                directory: folder, reserve: folder + "/reserve", database: folder + "/dstack.sqlite",
                look: { [self] _ in DiskLook(free: free.withLock { $0 }, total: 1000 << 20) },
                report: { [self] report in told.withLock { $0.append(report) } })
        }

        var reserveSize: Int {
            (try? FileManager.default.attributesOfItem(atPath: folder + "/reserve")[.size] as? Int) ?? -1
        }

        func file(_ name: String) throws -> (size: Int64, allocated: Int64)? {
            var status = stat()
            guard stat(folder + "/" + name, &status) == 0 else { return nil }
            return (Int64(status.st_size), Int64(status.st_blocks) * 512)
        }

        func remove() throws { try FileManager.default.removeItem(atPath: folder) }
    }
}
