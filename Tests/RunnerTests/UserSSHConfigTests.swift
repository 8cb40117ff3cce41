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

    private static func put(_ settings: String, _ home: String) throws {
        try UserSSHConfig(home: home, owner: .init(uid: getuid(), gid: getgid(), applies: false)).put(settings)
    }

    @Test func settings_standInFrontOfTheUsersOwn_once() throws {
        try Self.withHome { home in
            try Self.put("Host a\n", home)
            #expect(try SmallFile.read(home + "/.ssh/config") == "Host a\n")
            try SmallFile.write("Host own\n", to: home + "/.ssh/config", mode: 0o600)
            for _ in 0..<2 { try Self.put("Host b\n", home) }
            #expect(try SmallFile.read(home + "/.ssh/config") == "Host b\nHost own\n")
        }
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
