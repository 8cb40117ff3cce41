import Testing
import Wire

@testable import Runner

/// Who may log in to a job, as whom, and what he finds.
struct JobSSHTests {
    private static let user = JobUser(uid: 1000, gid: 1000, groups: [44, 1000], name: "dev", home: "/home/dev")

    private static func ssh(
        _ arguments: [String] = [], user: JobUser = user, key: JobSSHKey? = nil, port: Int? = nil
    ) throws -> JobSSH? {
        var options = try StartOptions.parse(["start", "--temp-dir", "/t"] + arguments, currentDirectory: "/")
        options.toolsDirectory = Self.tools
        if let port { options.sshPort = port }
        return JobSSH(
            RunnerSubmitRequest(
                run: RunnerRun(id: "r", runSpec: RunnerRunSpec(runName: "run")),
                jobSpec: RunnerJobSpec(commands: ["true"], sshKey: key), jobSubmission: RunnerJobSubmission(id: "s")),
            options: options, user: user, owner: .init(uid: 1000, gid: 1000, applies: false),
            entry: SSHEntry(variables: [:], home: "/h", workingDirectory: "/w", fileServer: "/f"))
    }

    /// A folder that holds a program of the server's name.
    private static let tools: String? = {
        let folder = "/tmp/dstack-job-ssh-tests"
        do {
            try Folder.make(folder + "/bin", .init(uid: 0, gid: 0, applies: false))
            try SmallFile.write("", to: folder + "/bin/dropbear", mode: 0o755)
            return folder
        } catch {
            return nil
        }
    }()

    /// Where no descriptor is left the one who waits stays at the socket: to look again at once would take all time.
    @Test func aDoorThatCannotTakeAnybody_rests_untilItsTimeOrTheEndOfAConnection() throws {
        let ssh = try #require(try Self.ssh(["--ssh-authorized-key", "ssh-ed25519 AAAA"], port: 0))
        var door = try SSHDoor(ssh, Presence())
        defer { door.close() }
        let sockets = door.sockets
        #expect(sockets.count == 1)
        #expect(throws: SystemError.self) { try door.accept(on: -1) }
        #expect(door.sockets.isEmpty)
        door.endRest()
        #expect(door.sockets == sockets)
        try door.accept(on: sockets[0])
        #expect(door.sockets == sockets)
    }

    @Test func withoutAKey_nobodyIsLetIn() throws {
        #expect(try Self.ssh() == nil)
        #expect(try Self.ssh(["--ssh-authorized-key", "no key"]) == nil)
    }

    @Test func keys_areLinesOfTheirOwn_eachOnce() throws {
        let ssh = try #require(
            try Self.ssh(
                [
                    "--ssh-authorized-key", "ssh-ed25519 AAAA me\nssh-rsa BBBB smuggled", "--ssh-authorized-key",
                    "ssh-ed25519 AAAA me",
                ], key: JobSSHKey(privateKey: "p", publicKey: "ssh-ed25519 CCCC run\n")))
        #expect(
            ssh.authorizedKeys == """
                command="'/t/ssh/enter'" ssh-ed25519 AAAA me
                command="'/t/ssh/enter'" ssh-ed25519 CCCC run

                """)
    }

    @Test func rootAndTheJobsUser_areOne() throws {
        let ssh = try #require(try Self.ssh(["--ssh-authorized-key", "ssh-ed25519 AAAA"]))
        #expect(ssh.passwd == "dev:x:1000:1000::/t/ssh/home:/bin/sh\nroot:x:1000:1000::/t/ssh/home:/bin/sh\n")
        #expect(ssh.group == "dev:x:1000:\ngroup44:x:44:dev,root\n")
        let nobody = JobUser(uid: 7, gid: 0, groups: [0], name: nil, home: "/")
        #expect(
            try Self.ssh(["--ssh-authorized-key", "ssh-ed25519 AAAA"], user: nobody)?.passwd
                == "job:x:7:0::/t/ssh/home:/bin/sh\nroot:x:7:0::/t/ssh/home:/bin/sh\n")
    }

    @Test func addresses_areTheJobsOwn() throws {
        let key = ["--ssh-authorized-key", "ssh-ed25519 AAAA"]
        let alone = try #require(try Self.ssh(key))
        #expect(alone.addresses == ["0.0.0.0"] && alone.localhost == ["127.0.0.1", "::1"])
        let shared = try #require(try Self.ssh(key + ["--http-address", "127.9.9.9", "--ssh-port", "22"]))
        #expect(shared.addresses == ["127.9.9.9"] && shared.port == 22)
        #expect(shared.localhost == ["127.9.9.9", "127.0.0.1", "::1"])
    }

    @Test func entry_setsWhatAShellCan_andLeavesTheTerminalsOwn() {
        let entry = SSHEntry(
            variables: ["A": "it's\nx", "TERM": "dumb", "SSH_TTY": "x", "1B": "x", "a.b": "x", "PATH": "/p"],
            home: "/h",
            workingDirectory: "/w d", fileServer: "/f")
        #expect(entry.script.hasPrefix("#!/bin/sh\nexport A='it'\\''s\nx'\nexport PATH='/p'\nexport HOME='/h'\n"))
        #expect(entry.script.contains("cd '/w d'"))
    }
}
