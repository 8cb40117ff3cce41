import Glibc
import Testing

@testable import Runner

@Suite struct UserSSHConfigTests {
    private static func withHome(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/ssh-config-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("make a directory") }
        let home = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let (parent, name) = JobPath.split(home)
        let folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(folder) }
        let result = Result { try body(home) }
        try FileTree.remove(name, in: folder)
        try result.get()
    }

    @discardableResult private static func put(_ settings: String, _ home: String, run: Int64 = 1) throws -> Int32 {
        try UserSSHConfig(home: home, owner: .init(uid: getuid(), gid: getgid(), applies: false))
            .put(settings, run: run)
    }

    /// As a runner's end does, whatever children other tests are just starting: until these are another program they have a
    /// copy of the descriptor.
    private static func end(_ file: Int32) {
        var all = flock()
        all.l_type = Int16(F_UNLCK)
        all.l_whence = Int16(SEEK_SET)
        // F_OFD_SETLK, which Swift does not see.
        #expect(fcntl(file, 37, &all) == 0)
        close(file)
    }

    private static func block(_ settings: String, _ run: Int64) -> String {
        "# dstack: run \(run)\n\(settings)# dstack: end of run \(run)\n"
    }

    @Test func settings_standInFrontOfTheUsersOwn_once() throws {
        try Self.withHome { home in
            Self.end(try Self.put("Host a\n", home))
            #expect(try SmallFile.read(home + "/.ssh/config") == Self.block("Host a\n", 1))
            try SmallFile.write("Host own\n", to: home + "/.ssh/config", mode: 0o600)
            for run: Int64 in 2...3 { Self.end(try Self.put("Host b\n", home, run: run)) }
            #expect(try SmallFile.read(home + "/.ssh/config") == Self.block("Host b\n", 3) + "Host own\n")
        }
    }

    /// 1. Three runs, one after the other, have the home. 2. The second one's runner is there no longer.
    @Test func settingsOfRunsThatAreOver_go_andThoseOfOthersStay() throws {
        try Self.withHome { home in
            let first = try Self.put("Host a\n", home, run: 1)
            Self.end(try Self.put("Host b\n", home, run: 2))
            Self.end(try Self.put("Host c\n", home, run: 3))
            #expect(
                try SmallFile.read(home + "/.ssh/config") == Self.block("Host c\n", 3) + Self.block("Host a\n", 1))
            close(first)
        }
    }

    @Test func whatIsNoRuns_keepsItsBytes() {
        let own: [UInt8] =
            Array("# \u{e9}t\u{e9}\r\nHost \n".utf8) + [0xE9, 0x0A, 0x00, 0xFF] + Array("# dstack: run 5\nHost x".utf8)
        var blocks = RunBlocks(own)
        blocks.put("Host a\n", run: 5)
        blocks.put("Host b\n", run: 6)
        blocks.prune { $0 == 5 }
        #expect(blocks.bytes == Array(Self.block("Host b\n", 6).utf8) + own)
    }

    /// What a hostile image or an earlier run left.
    @Test func linksAndPipes_areLeftAlone() throws {
        try Self.withHome { home in
            try SmallFile.write("secret", to: home + "/target", mode: 0o600)
            #expect(mkdir(home + "/.ssh", 0o700) == 0)
            #expect(symlink(home + "/target", home + "/.ssh/config") == 0)
            #expect(throws: SystemError.self) { try Self.put("Host a\n", home) }
            #expect(try SmallFile.read(home + "/target") == "secret")
            unlink(home + "/.ssh/config")
            #expect(mkfifo(home + "/.ssh/config", 0o600) == 0)
            #expect(throws: SystemError.self) { try Self.put("Host a\n", home) }
        }
        try Self.withHome { home in
            #expect(mkdir(home + "/elsewhere", 0o700) == 0)
            #expect(symlink(home + "/elsewhere", home + "/.ssh") == 0)
            #expect(throws: SystemError.self) { try Self.put("Host a\n", home) }
            #expect(access(home + "/elsewhere/config", F_OK) != 0)
        }
    }
}
