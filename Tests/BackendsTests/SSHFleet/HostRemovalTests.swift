import Foundation
import Testing

@testable import Backends

/// The script that takes everything off a host, run in a folder of the test's with a shim that only answers so.
@Suite struct HostRemovalTests {
    private let root = FileManager.default.temporaryDirectory.path + "/removal-\(UUID().uuidString)"

    /// - Parameter shim: what the host's `dstack-shim --end-tasks` ends with.
    /// - Returns: the script's status, and whether the host's files are still there.
    private func remove(shim: Int, hasRecords: Bool) throws -> (status: Int32, isThere: Bool) {
        let files = FileManager.default
        defer { try? files.removeItem(atPath: root) }
        let (folder, state) = (root + HostLayout.folder, root + HostLayout.state)
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try files.createDirectory(atPath: state + "/containers", withIntermediateDirectories: true)
        for (name, text) in [
            ("dstack-shim", "case \"$*\" in *--end-tasks*) exit \(shim) ;; esac"), ("start", "exit 1"),
            ("host", "instance=i-1"),
        ] {
            try Data("#!/bin/sh\n\(text)\n".utf8).write(to: URL(filePath: folder + "/" + name))
            try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/" + name)
        }
        if hasRecords { try Data("{}".utf8).write(to: URL(filePath: state + "/containers/job.json")) }
        var script = HostScripts.remove(instance: "i-1")
        for place in ["/opt/", "/root/", "/run/dstack", "/etc/"] {
            script = script.replacing(place, with: root + place)
        }
        let run = Process()
        run.executableURL = URL(filePath: "/bin/sh")
        run.arguments = ["-c", script]
        run.standardOutput = FileHandle.nullDevice
        run.standardError = FileHandle.nullDevice
        try run.run()
        run.waitUntilExit()
        return (run.terminationStatus, files.fileExists(atPath: folder))
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
}
