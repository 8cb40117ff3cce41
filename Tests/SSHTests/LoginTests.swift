import Foundation
import Testing

@testable import SSH

/// Which keys open a real server, and what is said of those that do not.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LoginTests {
    struct Kind: CustomTestStringConvertible {
        let type: String
        var more: [String] = []
        var passphrase = ""

        var testDescription: String { ([type] + more + [passphrase]).joined(separator: " ") }
    }

    static let usable = [
        Kind(type: "ed25519"), Kind(type: "ecdsa", more: ["-b", "256"]), Kind(type: "ecdsa", more: ["-b", "384"]),
        Kind(type: "ecdsa", more: ["-b", "521"]), Kind(type: "ecdsa", more: ["-m", "PEM"]),
        Kind(type: "ecdsa", more: ["-m", "PKCS8"]), Kind(type: "ed25519", passphrase: "two words"),
        Kind(type: "ecdsa", passphrase: "two words"),
        Kind(type: "ecdsa", more: ["-m", "PEM"], passphrase: "two words"),
    ]

    @Test func everyUsableKey_opens() async throws {
        try await RealSSHD.with(["MaxStartups 100"]) { sshd in
            for kind in Self.usable {
                let key = try await sshd.makeKey(type: kind.type, passphrase: kind.passphrase, more: kind.more)
                let identity = SSHIdentity.key(key, passphrase: kind.passphrase.isEmpty ? nil : kind.passphrase)
                let result = try await sshd.session(sshd.target([identity])) { session in
                    try await session.run("echo in", input: .none, within: .seconds(50))
                }
                #expect(result.output == "in\n", "\(kind.testDescription)")
            }
        }
    }

    /// The work of a passphrase grows with the rounds that the key asks for; these take about a second, twice.
    @Test func passphrase_holdsUpNoOtherSession() async throws {
        try await RealSSHD.with { sshd in
            let key = try await sshd.makeKey(type: "ed25519", passphrase: "word", more: ["-a", "100"])
            let target = sshd.target([.key(key, passphrase: "word")])
            try await sshd.session { session in
                let start = ContinuousClock.now
                let isOver = Counter()
                let opening = Task { [loop = session.loop] in
                    defer { isOver.add(1) }
                    let shell = try await RemoteShells.open(
                        target, hostKeys: KnownHosts(), within: .seconds(50), on: loop)
                    let result = try await shell.run("echo in", input: .none, within: .seconds(50))
                    await shell.close()
                    return result.output
                }
                var longest = Duration.zero
                while isOver.value == 0 {
                    let asked = ContinuousClock.now
                    // The loop's time, not that of the pool's queue.
                    let served = try await session.perform { (_, _, pending: Pending<ContinuousClock.Instant>) in
                        pending.succeed(ContinuousClock.now)
                    }
                    longest = max(longest, served - asked)
                    await Task.yield()
                }
                #expect(try await opening.value == "in\n")
                #expect(longest < (ContinuousClock.now - start) / 4)
            }
        }
    }

    @Test func rsaKey_isLeftToTheSystemsSSH_withItsPassphrase() async throws {
        try await RealSSHD.with { sshd in
            let key = try await sshd.makeKey(type: "rsa", passphrase: "it's \"odd\" $x", more: ["-b", "2048"])
            let target = sshd.target([.key(key, passphrase: "it's \"odd\" $x")])
            try await withLoop { loop in
                let error = await #expect(throws: SSHError.self) {
                    try await SSHSession.connect(to: target, hostKeys: KnownHosts(), within: .seconds(50), on: loop)
                }
                #expect(error?.code == .unusableKey)
                let known = KnownHosts()
                let shell = try await RemoteShells.open(target, hostKeys: known, within: .seconds(50), on: loop)
                #expect(shell is SystemSSH)
                let result = try await shell.run(
                    "cat; echo oops >&2; exit 7", input: .bytes(Array("hello".utf8)), within: .seconds(50))
                #expect(result == ShellResult(status: 7, output: "hello", errors: "oops\n"))
                await shell.close()
                #expect(try known.keys.withLock { $0 } == ["127.0.0.1:\(sshd.port)": sshd.hostKey])
            }
        }
    }

    @Test func anotherKeyComesFirst_whereOneCannotBeUsed() async throws {
        try await RealSSHD.with { sshd in
            let rsa = try await sshd.makeKey(type: "rsa", more: ["-b", "2048"])
            let name = try await sshd.session(sshd.target([.key(rsa), .key(sshd.key)])) { $0.name }
            #expect(name == "\(sshd.user)@127.0.0.1:\(sshd.port)")
        }
    }

    @Test func wrongKey_wrongUser_andKeysThatCannotBeRead_areToldApart() async throws {
        try await RealSSHD.with { sshd in
            let path = sshd.folder.path + "/stranger"
            try await RealSSHD.makeKey(path, type: "ed25519")
            let stranger = try String(contentsOfFile: path, encoding: .utf8)
            let locked = try await sshd.makeKey(type: "ed25519", passphrase: "right")
            let cases: [(SSHTarget, SSHError.Code, String)] = [
                (sshd.target([.key(stranger)]), .authenticationFailed, "refuses the key for user \"\(sshd.user)\""),
                (sshd.target(user: "nobody-here"), .authenticationFailed, "for user \"nobody-here\""),
                (sshd.target([.key(locked)]), .authenticationFailed, "no passphrase was given"),
                (
                    sshd.target([.key(locked, passphrase: "wrong")]), .authenticationFailed,
                    "the passphrase does not open"
                ),
                (sshd.target([.key("no key at all")]), .unusableKey, "no key that is known"),
                (sshd.target([]), .authenticationFailed, "no key was given"),
                (
                    sshd.target([.agent(socket: "/nowhere/agent")]), .authenticationFailed,
                    "/nowhere/agent gives no keys"
                ),
            ]
            for (target, code, words) in cases {
                let error = await #expect(throws: SSHError.self) { try await sshd.session(target) { _ in } }
                #expect(error?.code == code)
                #expect(error?.description.contains(words) == true, "\(words) in \(error as Any)")
                #expect(error?.host == target.hop.name)
            }
        }
    }

    /// The server hangs up while it looks at the key: nothing is known of the key then.
    @Test func connectionThatIsLostDuringTheLogin_isNoRefusal() async throws {
        let settings = [
            #"AuthorizedKeysCommand /bin/sh -c "kill -9 $PPID""#, "AuthorizedKeysCommandUser \(NSUserName())",
        ]
        try await RealSSHD.with(settings) { sshd in
            let path = sshd.folder.path + "/stranger"
            try await RealSSHD.makeKey(path, type: "ed25519")
            let stranger = try String(contentsOfFile: path, encoding: .utf8)
            let error = await #expect(throws: SSHError.self) {
                try await sshd.session(sshd.target([.key(stranger), .key(stranger)])) { _ in }
            }
            #expect(error?.code == .connectionLost)
            #expect(error?.detail.contains("closed the connection during the login") == true, "\(error as Any)")
        }
    }

    /// The one in words, after the first key; the other without, at the second one.
    @Test func serverThatHangsUp_afterTooManyKeys_hasRefusedThem() async throws {
        let mark = "/tmp/second-key-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: mark) }
        let hangUp = #"AuthorizedKeysCommand /bin/sh -c "test -e \#(mark) && kill -9 $PPID; touch \#(mark)""#
        for settings in [["MaxAuthTries 1"], [hangUp, "AuthorizedKeysCommandUser \(NSUserName())"]] {
            try await RealSSHD.with(settings) { sshd in
                let path = sshd.folder.path + "/stranger"
                try await RealSSHD.makeKey(path, type: "ed25519")
                let stranger = try String(contentsOfFile: path, encoding: .utf8)
                let error = await #expect(throws: SSHError.self) {
                    try await sshd.session(sshd.target([.key(stranger), .key(stranger)])) { _ in }
                }
                #expect(error?.code == .authenticationFailed)
                #expect(error?.detail.contains("refuses the key") == true, "\(error as Any)")
            }
        }
    }

    @Test func agentsKey_opens_andItsRSAKeyIsLeftToTheSystemsSSH() async throws {
        try await RealSSHD.with { sshd in
            for type in ["ecdsa", "rsa"] {
                let key = try await sshd.makeKey(type: type, more: type == "rsa" ? ["-b", "2048"] : [])
                let file = sshd.folder.path + "/for-agent-\(type)"
                try key.write(toFile: file, atomically: true, encoding: .utf8)
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
                try await RealAgent.with(keys: [file], in: sshd.folder.path) { socket in
                    let target = sshd.target([.agent(socket: socket)])
                    try await withLoop { loop in
                        let shell = try await RemoteShells.open(
                            target, hostKeys: KnownHosts(), within: .seconds(50), on: loop)
                        #expect((shell is SystemSSH) == (type == "rsa"))
                        let result = try await shell.run("echo in", input: .none, within: .seconds(50))
                        #expect(result.output == "in\n")
                        await shell.close()
                    }
                }
            }
        }
    }

    @Test func agentThatSaysNothing_holdsUpNobodyElse() async throws {
        let path = "/tmp/silent-\(UUID().uuidString.prefix(8))"
        let agent = try SilentSocket(path)
        defer { agent.close() }
        try await RealSSHD.with { sshd in
            try await withLoop { loop in
                async let stuck = #expect(throws: SSHError.self) {
                    try await SSHSession.connect(
                        to: sshd.target([.agent(socket: path)]), hostKeys: KnownHosts(), within: .seconds(6), on: loop)
                }
                let session = try await SSHSession.connect(
                    to: sshd.target(), hostKeys: KnownHosts(), within: .seconds(50), on: loop)
                let result = try await session.run("echo in", input: .none, within: .seconds(50))
                #expect(result.output == "in\n")
                let error = await stuck
                #expect(error?.code == .timedOut)
                #expect(error?.detail == "the agent at \(path) does not answer")
            }
        }
    }

    @Test(arguments: ["ed25519", "ecdsa"]) func changedHostKey_isRefused_andNamed(type: String) async throws {
        try await RealSSHD.with(hostKeyType: type) { sshd in
            let name = "127.0.0.1:\(sshd.port)"
            let rsa = try await sshd.makeKey(type: "rsa", more: ["-b", "2048"])
            for identity in [SSHIdentity.key(sshd.key), .key(rsa)] {
                try await withLoop { loop in
                    let other = KnownHosts([name: "ssh-ed25519 AAAA"])
                    let error = await #expect(throws: SSHError.self) {
                        try await RemoteShells.open(
                            sshd.target([identity]), hostKeys: other, within: .seconds(50), on: loop)
                    }
                    #expect(error?.code == .hostKeyChanged)
                    #expect(error?.description.contains("if it was set up anew, delete its instance") == true)
                    #expect(error?.description.contains("it shows SHA256:") == true)
                    let right = KnownHosts([name: try sshd.hostKey])
                    let shell = try await RemoteShells.open(
                        sshd.target([identity]), hostKeys: right, within: .seconds(50), on: loop)
                    await shell.close()
                }
            }
        }
    }

    /// Nobody stands in between where only the list of known keys cannot be read.
    @Test func knownKeysThatCannotBeLookedUp_areNoChangedKey() async throws {
        struct NoKeys: HostKeys {
            struct Full: Error, CustomStringConvertible { let description = "the disk is full" }

            func trusts(_ key: String, host: String, port: Int) async throws -> Bool { throw Full() }
        }
        try await RealSSHD.with { sshd in
            let rsa = try await sshd.makeKey(type: "rsa", more: ["-b", "2048"])
            for identity in [SSHIdentity.key(sshd.key), .key(rsa)] {
                try await withLoop { loop in
                    let target = sshd.target([identity])
                    let error = await #expect(throws: SSHError.self) {
                        if identity == .key(rsa) {
                            _ = try await SystemSSH.connect(
                                to: target, hostKeys: NoKeys(), within: .seconds(50), logins: loop.logins)
                        } else {
                            _ = try await SSHSession.connect(
                                to: target, hostKeys: NoKeys(), within: .seconds(50), on: loop)
                        }
                    }
                    #expect(error?.code == .localFailure)
                    #expect(error?.isTransient == true)
                    #expect(error?.detail == "the key of the host cannot be looked up: the disk is full")
                }
            }
        }
    }

    @Test func hostKeyThatLibssh2CannotCheck_isNamed() async throws {
        try await RealSSHD.with(hostKeyType: "rsa") { sshd in
            let error = await #expect(throws: SSHError.self) { try await sshd.session { _ in } }
            #expect(error?.code == .notSSH)
            #expect(error?.description.contains("Ed25519 or ECDSA host key") == true, "\(error as Any)")
        }
    }
}
