import Glibc
import Testing

@testable import SSH

/// Servers that are not there, are no SSH servers, or say nothing.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ConnectTests {
    private func failure(_ host: String, _ port: Int, within time: Duration = .seconds(50)) async throws -> SSHError? {
        try await withLoop { loop in
            let target = SSHTarget(SSHHop(host: host, port: port, user: "me", identities: []))
            return await #expect(throws: SSHError.self) {
                try await SSHSession.connect(to: target, hostKeys: KnownHosts(), within: time, on: loop)
            }
        }
    }

    @Test func nothingListens() async throws {
        let port = try LoopbackServer.freePort()
        let error = try await failure("127.0.0.1", port)
        #expect(error?.code == .connectFailed)
        #expect(error?.description.hasPrefix("me@127.0.0.1:\(port): nothing listens on that port") == true)
    }

    @Test func nameThatNobodyKnows() async throws {
        let error = try await failure("no-such-host.invalid", 22)
        #expect(error?.code == .connectFailed)
        #expect(error?.description.contains("\"no-such-host.invalid\" cannot be looked up") == true)
    }

    @Test func anotherService_isNoSSH() async throws {
        let web = try LoopbackServer { connection in
            _ = connection.read()
            connection.write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        }
        let error = try await failure("127.0.0.1", web.port)
        #expect(error?.code == .notSSH)
        #expect(error?.description.contains("does not speak SSH") == true)
    }

    /// So does an sshd that has too many logins: it may be another time that helps.
    @Test(arguments: [false, true]) func peerThatHangsUp_isAskedAgain(byReset: Bool) async throws {
        let server = try LoopbackServer { connection in if byReset { connection.reset() } }
        let error = try await failure("127.0.0.1", server.port)
        #expect(error?.code == .connectionLost)
        #expect(error?.isTransient == true)
        for words in ["without a greeting", "`MaxStartups`", "no SSH server on that port"] {
            #expect(error?.detail.contains(words) == true, "\(words) in \(error as Any)")
        }
    }

    @Test func peerThatIsCutOffInAnotherLanguage_isNoSSH() async throws {
        let server = try LoopbackServer { connection in
            _ = connection.read()
            connection.write("+OK POP3")
        }
        let error = try await failure("127.0.0.1", server.port)
        #expect(error?.code == .notSSH)
        #expect(error?.detail.contains("it says \"+OK POP3\"") == true, "\(error as Any)")
    }

    @Test func peerThatTakesNoLoginAtTheMoment_isAskedAgain() async throws {
        for words in ["Exceeded MaxStartups", "Not allowed at this time"] {
            let server = try LoopbackServer { connection in
                _ = connection.read()
                connection.write(words + "\r\n")
            }
            let error = try await failure("127.0.0.1", server.port)
            #expect(error?.code == .connectionLost)
            #expect(error?.detail.contains("it says \"\(words)\"") == true, "\(error as Any)")
        }
    }

    /// Each way to log in meets a real server that takes one login at a time, as long as it has that one.
    @Test func serverWithTooManyLogins_isAskedAgain_byAllWays() async throws {
        try await RealSSHD.with(["MaxStartups 1"]) { sshd in
            try await RealSSHD.with { gate in
                let rsa = try await sshd.makeKey(type: "rsa", more: ["-b", "2048"])
                let jump = gate.target([.key(try await gate.makeKey(type: "rsa", more: ["-b", "2048"]))]).hop
                let first = LoopbackServer.Connection(file: LoopbackServer.connected(to: sshd.port))
                let greeting = await blocking { first.read() }
                #expect(String(decoding: greeting, as: UTF8.self).hasPrefix("SSH-2.0"))
                try await withLoop { loop in
                    for target in [sshd.target(), sshd.target([.key(rsa)]), sshd.target(jumps: [jump])] {
                        let error = await #expect(throws: SSHError.self) {
                            if target == sshd.target([.key(rsa)]) {
                                _ = try await SystemSSH.connect(
                                    to: target, hostKeys: KnownHosts(), within: .seconds(50), logins: loop.logins)
                            } else {
                                _ = try await SSHSession.connect(
                                    to: target, hostKeys: KnownHosts(), within: .seconds(50), on: loop)
                            }
                        }
                        #expect(error?.code == .connectionLost)
                        #expect(error?.host == target.hop.name)
                        #expect(error?.detail.contains("`MaxStartups`") == true, "\(error as Any)")
                    }
                    close(first.file)
                    // The server takes a moment to see that.
                    var shell: (any RemoteShell)?
                    while shell == nil {
                        do {
                            shell = try await RemoteShells.open(
                                sshd.target(), hostKeys: KnownHosts(), within: .seconds(50), on: loop)
                        } catch  where (error as? SSHError)?.code == .connectionLost {
                            await Task.yield()
                        }
                    }
                    await shell?.close()
                }
            }
        }
    }

    /// The servers take no more than that many logins at a time; each host behind a jump host is one more login there.
    @Test func manyLogins_takeTurns() async throws {
        try await RealSSHD.with(["MaxStartups 16:100:16"]) { first in
            try await RealSSHD.with(["MaxStartups 16:100:16"]) { second in
                try await withLoop { loop in
                    let target = second.target(jumps: [first.target().hop])
                    try await withThrowingTaskGroup(of: String.self) { group in
                        for _ in 0..<24 {
                            group.addTask {
                                let session = try await SSHSession.connect(
                                    to: target, hostKeys: KnownHosts(), within: .seconds(50), on: loop)
                                let output = try await session.answer("echo in").output
                                await session.close()
                                return output
                            }
                        }
                        for try await output in group { #expect(output == "in\n") }
                    }
                }
            }
        }
    }

    @Test func silentPeer_isGivenUpAtTheDeadline_andHoldsUpNobody() async throws {
        let silent = try LoopbackServer { connection in _ = connection.readAll() }
        try await RealSSHD.with { sshd in
            try await withLoop { loop in
                let target = SSHTarget(SSHHop(host: "127.0.0.1", port: silent.port, user: "me", identities: []))
                async let stuck = #expect(throws: SSHError.self) {
                    try await SSHSession.connect(to: target, hostKeys: KnownHosts(), within: .seconds(5), on: loop)
                }
                let session = try await SSHSession.connect(
                    to: sshd.target(), hostKeys: KnownHosts(), within: .seconds(50), on: loop)
                #expect(try await session.answer("echo in").output == "in\n")
                let error = await stuck
                #expect(error?.code == .timedOut)
                #expect(error?.description.contains("then says nothing") == true)
            }
        }
    }

    @Test func cancelledConnect_endsAtOnce_andClosesItsSocket() async throws {
        let reached = Gate()
        let closed = Gate()
        let silent = try LoopbackServer { connection in
            reached.open()
            _ = connection.readAll()
            closed.open()
        }
        try await withLoop { loop in
            let target = SSHTarget(SSHHop(host: "127.0.0.1", port: silent.port, user: "me", identities: []))
            let task = Task {
                try await SSHSession.connect(to: target, hostKeys: KnownHosts(), within: .seconds(100), on: loop)
            }
            await reached.wait()
            task.cancel()
            let result = await task.result
            #expect(throws: SSHError(.cancelled, host: target.hop.name, detail: "the operation was cancelled")) {
                try result.get()
            }
            await closed.wait()
        }
    }

    @Test func jump_leadsThrough_andEachHostIsChecked() async throws {
        try await RealSSHD.with { first in
            try await RealSSHD.with { second in
                let known = KnownHosts()
                try await withLoop { loop in
                    let target = second.target(jumps: [first.target().hop])
                    let session = try await SSHSession.connect(
                        to: target, hostKeys: known, within: .seconds(50), on: loop)
                    let result = try await session.run("echo $SSH_CONNECTION", input: .none, within: .seconds(50))
                    #expect(result.output.contains(" \(second.port)"))
                    let keys = known.keys.withLock { $0 }
                    #expect(keys["127.0.0.1:\(first.port)"] == (try first.hostKey))
                    #expect(keys["127.0.0.1:\(second.port)"] == (try second.hostKey))
                    // The second one is lost with the first.
                    await first.kill()
                    #expect(await session.closed.code == .connectionLost)
                }
            }
        }
    }

    @Test func jump_worksThroughTheSystemsSSH() async throws {
        try await RealSSHD.with { first in
            try await RealSSHD.with { second in
                let known = KnownHosts()
                let rsa = try await second.makeKey(type: "rsa", more: ["-b", "2048"])
                let target = second.target([.key(rsa)], jumps: [first.target().hop])
                try await withLoop { loop in
                    let shell = try await RemoteShells.open(target, hostKeys: known, within: .seconds(50), on: loop)
                    let result = try await shell.run("echo $SSH_CONNECTION", input: .none, within: .seconds(50))
                    #expect(result.output.contains(" \(second.port)"))
                    await shell.close()
                }
                let keys = known.keys.withLock { $0 }
                #expect(keys["127.0.0.1:\(first.port)"] == (try first.hostKey))
                #expect(keys["127.0.0.1:\(second.port)"] == (try second.hostKey))
            }
        }
    }

    /// Its key is one that libssh2 cannot use; the host's own session is one of libssh2's all the same.
    @Test func jumpWithAnRSAKey_isPassedByTheSystemsSSH() async throws {
        let echo = try LoopbackServer.echo()
        let nobody = try LoopbackServer.freePort()
        try await RealSSHD.with { first in
            try await RealSSHD.with { second in
                let rsa = try await first.makeKey(type: "rsa", more: ["-b", "2048"])
                let jump = first.target([.key(rsa)]).hop
                let known = KnownHosts()
                try await withLoop { loop in
                    let session = try await SSHSession.connect(
                        to: second.target(jumps: [jump]), hostKeys: known, within: .seconds(50), on: loop)
                    #expect(try await session.answer("echo $SSH_CONNECTION").output.contains(" \(second.port)"))
                    let stream = try await session.openStream(to: "127.0.0.1", port: echo.port)
                    let sent = pattern(300_000, seed: 1)
                    async let writing: Void = stream.write(sent)
                    var got: [UInt8] = []
                    while got.count < sent.count, let bytes = try await stream.read() { got += bytes }
                    try await writing
                    #expect(got == sent)
                    let keys = known.keys.withLock { $0 }
                    #expect(keys["127.0.0.1:\(first.port)"] == (try first.hostKey))
                    #expect(keys["127.0.0.1:\(second.port)"] == (try second.hostKey))
                    let nowhere = SSHTarget(
                        SSHHop(host: "127.0.0.1", port: nobody, user: "me", identities: []), jumps: [jump])
                    let error = await #expect(throws: SSHError.self) {
                        try await SSHSession.connect(to: nowhere, hostKeys: known, within: .seconds(50), on: loop)
                    }
                    #expect(error?.code == .connectFailed)
                    #expect(error?.detail.contains("through \(jump.name)") == true, "\(error as Any)")
                    await first.kill()
                    #expect(await session.closed.code == .connectionLost)
                }
            }
        }
    }

    /// The host has not hung up, and has nothing to do with it.
    @Test func jumpThatIsLostDuringTheLogin_isNamed() async throws {
        let reached = Gate()
        let silent = try LoopbackServer { connection in
            reached.open()
            _ = connection.readAll()
        }
        try await RealSSHD.with { first in
            let hop = SSHHop(host: "127.0.0.1", port: silent.port, user: "me", identities: [])
            let jump = first.target().hop
            try await withLoop { loop in
                let task = Task {
                    try await SSHSession.connect(
                        to: SSHTarget(hop, jumps: [jump]), hostKeys: KnownHosts(), within: .seconds(50), on: loop)
                }
                await reached.wait()
                await first.kill()
                let error = await #expect(throws: SSHError.self) { try await task.value }
                #expect(error?.code == .connectionLost)
                #expect(error?.host == hop.name)
                #expect(error?.detail.hasPrefix("not reached through \(jump.name): the connection was lost") == true)
            }
        }
    }

    @Test func jumpThatDoesNotReachTheHost_isNamed() async throws {
        let port = try LoopbackServer.freePort()
        try await RealSSHD.with { first in
            let hop = SSHHop(host: "127.0.0.1", port: port, user: "me", identities: [])
            try await withLoop { loop in
                let error = await #expect(throws: SSHError.self) {
                    try await SSHSession.connect(
                        to: SSHTarget(hop, jumps: [first.target().hop]), hostKeys: KnownHosts(), within: .seconds(50),
                        on: loop)
                }
                #expect(error?.code == .connectFailed)
                #expect(error?.host == hop.name)
                #expect(error?.detail.contains("through \(first.target().hop.name)") == true)
            }
        }
    }
}
