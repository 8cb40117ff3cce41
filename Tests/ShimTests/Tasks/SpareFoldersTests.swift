import Glibc
import Testing

@testable import Shim

/// Which directories are used again: those that hold what a runner makes, as it makes it, and nothing else.
@Suite struct SpareFoldersTests {
    private let folder = TestFolder("shim-spare")
    private var root: String { folder.path }

    private func spare() throws -> SpareFolders {
        for name in ["spare", "trash", "job/home", "job/work"] { try FileBytes.makeDirectory("\(root)/\(name)") }
        try FileBytes.overwrite(root + "/job/job.log", with: Array("line\n".utf8))
        return SpareFolders(path: root + "/spare", trash: root + "/trash")
    }

    private func put(_ name: String, from source: String, _ spare: inout SpareFolders) -> Bool {
        spare.put(name, from: source)
    }

    private func take(for target: String, _ spare: inout SpareFolders) -> Bool { spare.take(for: target) }

    @Test func untouched_isTaken_once() throws {
        var spare = try spare()
        #expect(put("one", from: root + "/job", &spare))
        #expect(take(for: root + "/next", &spare))
        #expect(FileBytes.names(in: root + "/next") == ["home", "job.log", "work"])
        #expect(FileBytes.read(root + "/next/job.log", limit: 9) == [])
        #expect(!take(for: root + "/other", &spare))
    }

    @Test(arguments: ["home/file", "work/.hidden", "stranger"])
    func withAFileOfTheJobs_isNotTaken(_ name: String) throws {
        var spare = try spare()
        try FileBytes.overwrite("\(root)/job/\(name)", with: [1])
        #expect(!put("one", from: root + "/job", &spare))
    }

    @Test func withAnotherModeOrName_isNotTaken() throws {
        var spare = try spare()
        #expect(chmod(root + "/job/work", 0o777) == 0)
        #expect(!put("one", from: root + "/job", &spare))
        #expect(chmod(root + "/job/work", 0o755) == 0)
        #expect(link(root + "/job/job.log", root + "/elsewhere") == 0)
        #expect(!put("one", from: root + "/job", &spare))
        #expect(unlink(root + "/elsewhere") == 0)
        #expect(rmdir(root + "/job/home") == 0)
        #expect(symlink("/etc", root + "/job/home") == 0)
        #expect(!put("one", from: root + "/job", &spare))
    }

    @Test func withALargeLog_isNotTaken() throws {
        var spare = try spare()
        #expect(truncate(root + "/job/job.log", 2 << 20) == 0)
        #expect(!put("one", from: root + "/job", &spare))
    }

    @Test func whatAnEarlierShimKept_goesToTheTrash() throws {
        var spare = try spare()
        #expect(put("one", from: root + "/job", &spare))
        var next = SpareFolders(path: root + "/spare", trash: root + "/trash")
        #expect(!take(for: root + "/next", &next))
        #expect(FileBytes.names(in: root + "/trash") == ["one"])
    }
}
