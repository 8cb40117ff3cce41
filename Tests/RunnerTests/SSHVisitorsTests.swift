import Testing

@testable import Runner

/// Who comes to a job's SSH server, and who counts as connected.
@Suite struct SSHVisitorsTests {
    private static let start = ContinuousClock.now

    @Test func onlyWhoLoggedIn_isAGuest() {
        var visitors = SSHVisitors()
        visitors.came(1, at: Self.start)
        visitors.came(2, at: Self.start)
        #expect(visitors.processes == [1, 2])
        let logins = [1, 1, 3].map { visitors.loggedIn($0) }
        #expect(logins == [true, false, false])
        let leaves = [1, 2, 2].map { visitors.left($0) }
        #expect(leaves == [.guest, .stranger, nil])
        #expect(visitors.processes.isEmpty)
    }

    @Test func whoStays_counts() {
        var visitors = SSHVisitors()
        visitors.came(1, at: Self.start)
        visitors.came(2, at: Self.start + .seconds(5))
        #expect(visitors.nextDue == Self.start + .seconds(10))
        let stayed = [9, 10, 11].map { visitors.stayed(at: Self.start + .seconds($0)) }
        #expect(stayed == [[], [1], []])
        #expect(visitors.nextDue == Self.start + .seconds(15))
        let leaves = [1, 2].map { visitors.left($0) }
        #expect(leaves == [.guest, .stranger])
    }

    @Test func strangers_leaveRoomForGuests() {
        var visitors = SSHVisitors()
        for process in 1...32 { visitors.came(Int32(process), at: Self.start) }
        #expect(!visitors.hasRoom)
        for process in 1...32 { _ = visitors.loggedIn(Int32(process)) }
        #expect(visitors.hasRoom)
        for process in 33...128 {
            visitors.came(Int32(process), at: Self.start)
            _ = visitors.loggedIn(Int32(process))
        }
        #expect(!visitors.hasRoom)
    }

    @Test func theEntry_saysThatOneHasLoggedIn() {
        let entry = SSHEntry(variables: [:], home: "/h", workingDirectory: "/w", fileServer: "/f")
        #expect(entry.script.contains("dropbear*) echo 'dstack: entered' 2>/dev/null >/proc/$PPID/fd/2 ;;"))
        #expect(SSHVisitors.isLogin("dstack: entered\n"))
        #expect(!SSHVisitors.isLogin("Early exit: no keys\n"))
    }
}
