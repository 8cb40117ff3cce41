import Foundation
import Glibc
import Testing

@testable import SSH

/// What a process that was killed leaves of its `ssh`.
/// One after the other: two that sweep at once leave to each other what the other is at.
@Suite(.serialized, .timeLimit(.minutes(1))) struct SystemSSHLeftoversTests {
    private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    @Test func foldersOfProcessesThatAreNoMore_go_andThoseInUseStay() async throws {
        let target = SSHTarget(SSHHop(host: "h", user: "u", identities: [.key("secret", passphrase: "word")]))
        let living = try SystemSSHFiles(target, connectWithin: .seconds(1))
        var dead: SystemSSHFiles? = try SystemSSHFiles(target, connectWithin: .seconds(1))
        let folder = try #require(dead?.folder)
        #expect(Self.exists(folder + "/key-0-0"))
        // As the end of a process lets go of its locks.
        dead = nil
        await SystemSSHLeftovers.sweep()
        #expect(!Self.exists(folder))
        #expect(Self.exists(living.folder + "/key-0-0"))
        living.remove()
        #expect(!Self.exists(living.folder))
    }

    /// As in a child between its fork and its program's start, which has a copy of each descriptor.
    @Test func lockThatIsLetGo_isFree_thoughSomebodyHasACopyOfItsDescriptor() throws {
        var template = Array("/tmp/folder-lock-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { rmdir(folder) }
        var lock = FolderLock(folder)
        try #require(lock != nil)
        #expect(FolderLock(folder) == nil)
        let descriptor = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").first { name in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + name)) == folder
        }
        let copy = try dup(#require(descriptor.flatMap { Int32($0) }))
        defer { close(copy) }
        lock = nil
        #expect(FolderLock(folder) != nil)
    }

    @Test func sshThatGoesOn_isEnded() async throws {
        try await RealSSHD.with { sshd in
            let rsa = try await sshd.makeKey(type: "rsa", more: ["-b", "2048"])
            var files: SystemSSHFiles? = try SystemSSHFiles(sshd.target([.key(rsa)]), connectWithin: .seconds(50))
            let (config, control) = try (#require(files?.config), #require(files?.control))
            let connected = Gate()
            let master = try Program.start(
                [
                    "/usr/bin/ssh", "-F", config, "-o", "ControlPath=\(control)", "-o", "ControlMaster=yes", "-o",
                    "PermitLocalCommand=yes", "-o", "LocalCommand=echo ready", "-N", SystemSSHFiles.target,
                ]) { connected.open() }
            await connected.wait()
            #expect(!master.hasEnded)
            files = nil
            await SystemSSHLeftovers.sweep()
            _ = await master.ending()
            #expect(!Self.exists(control))
        }
    }
}
