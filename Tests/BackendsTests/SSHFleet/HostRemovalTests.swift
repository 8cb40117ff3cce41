import Foundation
import Glibc
import SSH
import Testing

@testable import Backends

/// The script that takes everything off a host, run in a folder of the test's with a shim that only answers so.
@Suite struct HostRemovalTests {
    private let root = FileManager.default.temporaryDirectory.path + "/removal-\(UUID().uuidString)"

    private var folder: String { root + HostLayout.folder }
    private var state: String { root + HostLayout.state }

    /// Puts on the host what set-up for `i-1` does.
    ///
    /// - Parameter shim: what its `dstack-shim --end-tasks` ends with.
    private func setUp(shim: Int) throws {
        let files = FileManager.default
        for folder in [folder, state + "/containers", root + "/run", root + "/etc/systemd/system"] {
            try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        for (name, text) in [
            ("dstack-shim", "case \"$*\" in *--end-tasks*) exit \(shim) ;; esac"), ("start", "exit 1"),
            ("host", "instance=i-1"),
        ] {
            #expect(try write("#!/bin/sh\n\(text)\n", to: folder + "/" + name) == 0)
        }
    }

    /// By a shell: where this process wrote it, a child that another test is just starting would have it open for writing, and
    /// it could not be executed.
    private func write(_ program: String, to path: String) throws -> Int32 {
        try shell("printf %s \"$1\" >\"$2\" && chmod 755 \"$2\"", program, path)
    }

    /// - Returns: the script's status.
    private func run(_ text: String) throws -> Int32 {
        var script = text
        for place in ["/opt/", "/root/", "/run/dstack", "/etc/"] {
            script = script.replacing(place, with: root + place)
        }
        return try shell(script)
    }

    private func shell(_ script: String, _ arguments: String...) throws -> Int32 {
        let run = Process()
        run.executableURL = URL(filePath: "/bin/sh")
        run.arguments = ["-c", script, "sh"] + arguments
        run.standardOutput = FileHandle.nullDevice
        run.standardError = FileHandle.nullDevice
        try run.run()
        run.waitUntilExit()
        return run.terminationStatus
    }

    /// - Returns: the script's status, and whether the host's files are still there.
    private func remove(shim: Int, hasRecords: Bool) throws -> (status: Int32, isThere: Bool) {
        defer { try? FileManager.default.removeItem(atPath: root) }
        try setUp(shim: shim)
        if hasRecords { try Data("{}".utf8).write(to: URL(filePath: state + "/containers/job.json")) }
        let status = try run(HostScripts.remove(instance: "i-1"))
        return (status, FileManager.default.fileExists(atPath: folder))
    }

    private var request: HostSetupRequest {
        let target = SSHTarget(SSHHop(host: "10.0.0.9", user: "u", identities: []))
        return HostSetupRequest(
            hostname: "gpu-box", target: target, settledTarget: target, projectKey: "ssh-ed25519 AAAAkey p",
            instanceID: "i-1")
    }

    /// What set-up runs on the host after it has brought the programs.
    private var install: String {
        HostScripts.install(
            HostFile.all(env: [:], hasSystemd: true), instance: "i-1", hasSystemd: true, restart: false
        ).replacing("systemctl", with: "true")
    }

    @Test func jobsThatDidNotEnd_keepTheHostAsItIs() throws {
        let found = try remove(shim: 2, hasRecords: true)
        #expect(found.status == Int32(HostScripts.tasksLeftStatus))
        #expect(found.isThere)
    }

    /// 1. No shim listens. 2. One is started, and does not come up either. 3. The jobs that it knew may run.
    @Test func aShimThatCannotBeStarted_isRemoved_onlyWhereItHadNoJobs() throws {
        let busy = try remove(shim: 3, hasRecords: true)
        #expect(busy.status == Int32(HostScripts.tasksLeftStatus))
        #expect(busy.isThere)
        let idle = try remove(shim: 3, hasRecords: false)
        #expect(idle.status == 0)
        #expect(!idle.isThere)
    }

    /// 1. A set-up is cancelled, whose script still runs on the host. 2. The removal comes. It waits for the script's end: what
    /// that writes would stay.
    @Test func aRemoval_leavesTheHostAlone_whileASetUpsScriptRuns() throws {
        defer { try? FileManager.default.removeItem(atPath: root) }
        try setUp(shim: 0)
        let lock = open(root + HostLayout.lock, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        try #require(lock >= 0 && flock(lock, LOCK_EX) == 0)
        let hurried = HostScripts.remove(instance: "i-1").replacing(
            "left=\(HostScripts.removalPatience)", with: "left=0")
        #expect(try run(hurried) == Int32(HostScripts.busyStatus))
        #expect(FileManager.default.fileExists(atPath: folder + "/start"))
        // Nor does a set-up's go on beside another one.
        #expect(
            try run(install.replacing("left=\(HostScripts.patience)", with: "left=0")) == Int32(HostScripts.busyStatus))
        // A child that another test is just starting has a copy of the descriptor.
        flock(lock, LOCK_UN)
        close(lock)
        #expect(try run(hurried) == 0)
        for place in [folder, state, root + HostLayout.lock] {
            #expect(!FileManager.default.fileExists(atPath: place), "\(place)")
        }
    }

    /// The other way round: the removal was first, and the script finds nothing that is its own any more.
    @Test func aSetUpsScript_putsNothingOnAHostThatWasGivenBack() throws {
        defer { try? FileManager.default.removeItem(atPath: root) }
        try setUp(shim: 0)
        #expect(try run(install) == 0)
        #expect(FileManager.default.fileExists(atPath: root + HostLayout.unit))
        #expect(try run(HostScripts.remove(instance: "i-1")) == 0)
        #expect(try run(install) == Int32(HostScripts.busyStatus))
        for place in [folder, state, root + HostLayout.unit] {
            #expect(!FileManager.default.fileExists(atPath: place), "\(place)")
        }
    }

    @Test func aClaim_saysWhoseTheHostIs_andWhoseKeysLetUsIn() throws {
        defer { try? FileManager.default.removeItem(atPath: root) }
        try FileManager.default.createDirectory(atPath: root + "/run", withIntermediateDirectories: true)
        #expect(try run(HostScripts.claim(request, hasArchive: false)) == 0)
        let mark = HostMark(String(decoding: try Data(contentsOf: URL(filePath: folder + "/host")), as: UTF8.self))
        #expect(mark?.instance == "i-1")
        #expect(mark?.user == "u")
        #expect(mark?.hostname == "gpu-box")
    }
}
