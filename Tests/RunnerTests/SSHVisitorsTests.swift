import Foundation
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

    @Test func aLogin_isKnownByItsWords() {
        #expect(SSHVisitors.isLogin("dstack: entered\n"))
        #expect(!SSHVisitors.isLogin("Early exit: no keys\n"))
    }

    /// The server is a shell by the name of what starts it; another shell stands between it and the entry.
    @Test(arguments: [("loader", true), ("dropbear", true), ("nobody", false)])
    func theEntry_tellsTheServer_thatOneHasLoggedIn(_ name: String, isServer: Bool) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "entry-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let entry = SSHEntry(
            variables: ["server": "mine"], home: folder.path, workingDirectory: "/", fileServer: "/f")
        try Data(entry.script.utf8).write(to: folder.appending(path: "enter"))
        // By another process: where this one wrote it, a child that another test is just starting would have it open for
        // writing, and it could not be executed.
        #expect(try Scratch.shell("cp -L /bin/sh '\(folder.path)/\(name)'") == .exited(0))
        let (server, errors, output) = (Process(), Pipe(), Pipe())
        server.executableURL = folder.appending(path: name)
        server.arguments = ["-c", "sh -c 'sh \(folder.path)/enter 2>/dev/null; true'; true"]
        server.environment = ["SSH_ORIGINAL_COMMAND": "echo $server", "PATH": "/usr/bin:/bin"]
        (server.standardError, server.standardOutput) = (errors, output)
        try server.run()
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(SSHVisitors.isLogin(said) == isServer, "\(said)")
        #expect(String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) == "mine\n")
        server.waitUntilExit()
    }
}
