import SSH
import Testing
import Wire

@testable import Backends

@Suite struct HostPlanTests {
    private static let unitDigest = "26f5c8f93cb0a0859dfc8a6410b2bda0815ecdd33ec8d525911e0a8f00ff2e88"
    private static let shimDigest = "504ca7946c13ec443d253e17a2f7ef4eaaa664f101ae79c004bf50d9e8ac28b5"

    private func program(_ path: String, _ digest: String, link: String? = nil) -> HostProgram {
        HostProgram(
            path: path, source: "/" + path, size: link == nil ? 5 << 20 : 0, mode: 0o755, digest: digest, link: link)
    }

    private func request(instance: String = "i-1", network: String? = nil) -> HostSetupRequest {
        HostSetupRequest(
            hostname: "gpu-box", target: SSHTarget(SSHHop(host: "gpu-box", user: "u", identities: [])),
            settledTarget: SSHTarget(SSHHop(host: "gpu-box", user: "u", identities: [])),
            projectKey: "ssh-ed25519 AAAA x", network: network, instanceID: instance)
    }

    private func plan(
        _ text: String, _ request: HostSetupRequest? = nil, programs: [HostProgram]? = nil, machine: String = "x86_64"
    ) throws -> HostPlan {
        try HostPlan(
            HostCheck(text), request ?? self.request(),
            programs: programs ?? [program("dstack-shim", Self.shimDigest)], machine: machine,
            files: [HostLayout.unit: Self.unitDigest])
    }

    private func refusal(_ body: () throws -> HostPlan) -> String {
        do {
            _ = try body()
            return "no refusal"
        } catch {
            return "\(error)"
        }
    }

    @Test func aHostThatIsAsItIsToBe_isDone() throws {
        let plan = try plan(RecordedCheck.ready)
        #expect(plan.isDone)
        #expect(plan.missing.isEmpty)
        #expect(plan.internalIP == "10.176.252.2")
        let facts = plan.facts(HostCheck(RecordedCheck.ready), nil)
        #expect(facts.resources.gpus.count == 2)
        #expect(facts.resources.disk.sizeMib == 258_019)
        #expect(facts.resources.cpuArch == .x86)
        #expect(facts.shimPort == 10998)
        #expect(facts.dockerVersion == "20.10.24+dfsg1")
    }

    @Test func whatDiffers_isBroughtWithTheLinks() throws {
        let programs = [
            program("dstack-shim", Self.shimDigest), program("dstack-runner", "aa"),
            program("tools/bin/git", "", link: "../launcher"),
        ]
        let plan = try plan(RecordedCheck.ready, programs: programs)
        #expect(plan.missing.map(\.path) == ["dstack-runner", "tools/bin/git"])
        #expect(!plan.isDone)
    }

    @Test(arguments: [
        ("@key\nyes", "@key"), ("26f5c8", "aaaaaa"), (#""build":"22-17-0","version""#, #""build":"1-1-1","version""#),
        (#""runtime":"docker""#, #""runtime":"process""#),
    ])
    func oneThingThatDiffers_isNotDone(_ old: String, _ new: String) throws {
        #expect(try !plan(RecordedCheck.ready.replacing(old, with: new)).isDone)
    }

    @Test func whatIsInTheWay_isNamedWithWhatToDo() {
        #expect(
            refusal { try plan(RecordedCheck.withoutSudo) }
                == "gpu-box: user 'me' may not use sudo without a password (sudo: a password is required); let it by a "
                + "line 'me ALL=(ALL) NOPASSWD: ALL' in /etc/sudoers.d, or name another user")
        #expect(
            refusal { try plan(RecordedCheck.silentDocker) }.hasPrefix(
                "gpu-box: has Docker, and its engine does not answer (ERROR: Cannot connect to the Docker daemon"))
        #expect(
            refusal { try plan(RecordedCheck.ready, machine: "aarch64") }.hasPrefix(
                "gpu-box: is a x86_64 machine, and the programs dstack-shim and dstack-runner beside this server are "
                    + "for aarch64"))
        #expect(
            refusal { try plan(RecordedCheck.ready.replacing("Linux", with: "Darwin")) }
                == "gpu-box: is no Linux machine (uname says 'Darwin'); hosts run Linux")
        #expect(
            refusal { try plan(RecordedCheck.ready.replacing("running 20.10.24+dfsg1 /var/lib/docker", with: "none")) }
                .hasPrefix("gpu-box: has no Docker; install it there"))
        #expect(
            refusal { try plan(RecordedCheck.ready.replacing("@missing\n", with: "@missing\ntar\n")) }
                == "gpu-box: lacks tar, which setting it up needs; install that there")
        #expect(
            refusal { try plan(RecordedCheck.ready, request(instance: "i-2")) }.hasPrefix(
                "gpu-box: is the host of another fleet already: instance i-1 ('10.176.252.2'), set up from "
                    + "10.176.252.1 at 2026-11-26T16:23:09Z; this one is instance i-2. Delete it there first"))
        #expect(
            refusal { try plan(RecordedCheck.ready, request(network: "192.168.0.0/24")) }
                == "gpu-box: has no address in the network 192.168.0.0/24; its addresses: 10.176.252.2/24 (eth0)")
    }

    @Test func aFullDisk_isNamedWithItsPlace() {
        let full = RecordedCheck.ready.replacing("65540996      34% /\n", with: "20480 99% /\n")
        #expect(
            refusal { try plan(full, programs: [program("dstack-shim", "other")]) }
                == "gpu-box: has 20 MiB free on '/', and the programs for /opt/dstack need 37 MiB; make room there")
        #expect(throws: Never.self) { try plan(full) }
        let docker = RecordedCheck.ready.replacing(
            "65540996      34% /var/lib/docker", with: "1024 99% /var/lib/docker")
        #expect(
            refusal { try plan(docker) }
                == "gpu-box: has 1 MiB free on '/var/lib/docker', where Docker keeps images and containers; make room "
                + "there (docker system prune), 64 MiB at least")
    }

    // MARK: What has the port

    private func shim(_ tasks: Int?, build: String = "9") -> ShimReport {
        ShimReport(
            build: "1", isTaken: true, health: AgentHealth(service: "dstack-shim", version: "0.19.1", build: build),
            liveTasks: tasks)
    }

    @Test func thePort_mayBeFreeOursOrIdle() {
        #expect(throws: Never.self) {
            try HostPlan.checkPort(nil, isOurs: false, request())
            try HostPlan.checkPort(ShimReport(), isOurs: false, request())
            try HostPlan.checkPort(shim(0), isOurs: false, request())
            try HostPlan.checkPort(shim(3), isOurs: true, request())
        }
    }

    @Test func aForeignService_anAncientShimAndABusyOne_areRefused() {
        func refusal(_ report: ShimReport) -> String {
            do {
                try HostPlan.checkPort(report, isOurs: false, request())
                return "no refusal"
            } catch {
                return error.detail
            }
        }
        #expect(
            refusal(ShimReport(isTaken: true)).hasPrefix("has another service on port 10998 of its loopback"))
        #expect(
            refusal(shim(nil)).hasPrefix(
                "runs a dstack-shim of version '0.19.1' that does not tell whether it has jobs; end it there"))
        #expect(
            refusal(shim(1))
                == "runs a dstack-shim of version '0.19.1' for another server, with 1 job; let them end or stop them, "
                + "and apply again")
    }

    @Test func aShimIsReplaced_onlyWhereItIsAnotherOneAndIdle() {
        #expect(!HostPlan.replaces(nil, isWritten: false))
        #expect(!HostPlan.replaces(ShimReport(), isWritten: false))
        #expect(HostPlan.replaces(shim(0), isWritten: true))
        #expect(!HostPlan.replaces(shim(2), isWritten: false))
        #expect(!HostPlan.replaces(shim(0, build: "1"), isWritten: true))
        #expect(HostPlan.replaces(shim(0, build: "1"), isWritten: false))
        #expect(!HostPlan.replaces(shim(nil), isWritten: false))
    }
}

@Suite struct HostTextTests {
    @Test(arguments: [("", "''"), ("a b", "'a b'"), ("it's", #"'it'\''s'"#), ("$HOME\n", "'$HOME\n'")])
    func words_areQuoted(_ text: String, _ word: String) {
        #expect(shellWord(text) == word)
    }

    @Test func aKey_isOneLineWithOurMark() {
        #expect(
            AuthorizedKey.line(" ssh-ed25519  AAAAB3 me@here\n") == "ssh-ed25519 AAAAB3 me@here # added by dstack")
        #expect(AuthorizedKey.blob(#"from="10.0.0.0/8" ssh-rsa AAAAB3Nz/+= x"#) == "AAAAB3Nz/+=")
    }

    @Test func anArchivesBlock_isWhatTarReads() throws {
        let program = HostProgram(
            path: "tools/bin/git", source: "", size: 1000, mode: 0o755, time: 1_795_709_887, digest: "")
        let block = try HostArchive.header(of: program)
        #expect(block.count == 512)
        func text(_ range: Range<Int>) -> String { String(decoding: block[range].prefix { $0 != 0 }, as: UTF8.self) }
        #expect(text(0..<100) == "tools/bin/git")
        #expect(text(100..<108) == "0000755")
        #expect(text(124..<136) == "00000001750")
        #expect(text(257..<263) == "ustar")
        let sum = block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
        #expect(Int(text(148..<154), radix: 8) == sum)
    }
}
