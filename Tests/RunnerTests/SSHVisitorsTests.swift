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

    @Test func whoDoesNotLogIn_goes() {
        var visitors = SSHVisitors()
        #expect(visitors.nextDue == nil)
        visitors.came(1, at: Self.start)
        visitors.came(2, at: Self.start + .seconds(5))
        visitors.came(3, at: Self.start)
        _ = visitors.loggedIn(3)
        #expect(visitors.nextDue == Self.start + .seconds(60))
        let overdue = [59, 60].map { visitors.overdue(at: Self.start + .seconds($0)) }
        #expect(overdue == [[], [1]])
        // It is being ended; the next one is looked at in its own time.
        #expect(visitors.nextDue == Self.start + .seconds(65))
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

    /// As dropbear 2022.83 writes it.
    @Test(arguments: [
        ("[7] Nov 26 20:00:00 Child connection from 127.0.0.1:4000\n", false),
        (
            "[7] Nov 26 20:00:00 Pubkey auth succeeded for 'root' with ssh-ed25519 key SHA256:x from 127.0.0.1:4000\n",
            true
        ),
        ("[7] Nov 26 20:00:01 Exit before auth from <127.0.0.1:4000>: Exited normally\n", false),
        ("a\n[7] Nov 26 20:00:00 Pubkey auth succeeded for 'dev' with ssh-rsa key x from 1.2.3.4:5\nb", true),
        ("Pubkey auth succeeded for 'a' with x key y from 1.2.3.4:5, extra auth required\n", false),
    ])
    func aLogin_isReadFromTheServersWords(_ text: String, _ isLogin: Bool) {
        #expect(SSHVisitors.isLogin(text) == isLogin)
    }
}
