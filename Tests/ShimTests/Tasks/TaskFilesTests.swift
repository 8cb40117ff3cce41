import Glibc
import Testing

@testable import Shim

@Suite struct TaskFilesTests {
    private let folder = TestFolder("shim-files")
    private var home: String { folder.path }

    private func record(_ id: String) -> TaskRecord {
        TaskRecord(
            id: id, name: "n", phase: .running, mark: "t-\(id)", address: "127.64.0.1", port: 10999,
            group: .unified(path: "/sys/fs/cgroup/x"), kernelBoot: "b", runner: ProcessIdentity(pid: 3, startTicks: 4))
    }

    @Test func write_thenReadAll_givesTheSame() throws {
        let files = try TaskFiles(home: home)
        try files.records.write(record("a"), id: "a")
        try files.records.write(record("b"), id: "b")
        #expect(files.records.readAll().records == [record("a"), record("b")])
        #expect(files.records.readAll().unreadable.isEmpty)
    }

    @Test func readAll_whenARecordIsDamaged_tellsAndKeepsIt() throws {
        let files = try TaskFiles(home: home)
        try FileBytes.replace(home + "/tasks/bad.json", with: Array("{\"id\":".utf8))
        let found = files.records.readAll()
        #expect(found.records.isEmpty)
        #expect(found.unreadable.map(\.id) == ["bad"])
        #expect(FileBytes.names(in: home + "/tasks") == ["bad.json"])
    }

    @Test func readAll_leavesADraftOfAKilledShimAlone() throws {
        let files = try TaskFiles(home: home)
        try FileBytes.replace(home + "/tasks/a.json.new-draft", with: [])
        #expect(files.records.readAll().records.isEmpty)
    }

    @Test func write_whereTheDirectoryIsGone_namesTheFile() throws {
        let files = try TaskFiles(home: home)
        rmdir(home + "/tasks")
        let error = #expect(throws: ShimError.self) { try files.records.write(record("a"), id: "a") }
        #expect(error == .system(call: "open", subject: home + "/tasks/a.json", errno: ENOENT))
    }

    @Test func write_aShorterRecordOverALongerOne_isReadWhole() throws {
        let files = try TaskFiles(home: home)
        var long = record("a")
        long.ending = TaskMachine.Ending(reason: "r", message: String(repeating: "m", count: 500))
        try files.records.write(long, id: "a")
        try files.records.write(record("a"), id: "a")
        #expect(files.records.readAll().records == [record("a")])
    }

    @Test func begin_afterAnUntouchedJob_usesItsDirectoryAgain_emptied() throws {
        var files = try TaskFiles(home: home)
        try files.begin(record("a"))
        mkdir(files.jobDirectory("t-a") + "/home", 0o755)
        try FileBytes.overwrite(files.jobDirectory("t-a") + "/runner.log", with: Array("said".utf8))
        let toTrash = try files.remove(record("a"))
        #expect(!toTrash)
        #expect(files.records.readAll().records.isEmpty)

        try files.begin(record("b"))
        #expect(FileBytes.names(in: files.jobDirectory("t-b")) == ["home", "runner.log"])
        #expect(FileBytes.read(files.jobDirectory("t-b") + "/runner.log", limit: 9) == [])
        #expect(files.records.readAll().records == [record("b")])
        #expect(FileBytes.names(in: home + "/spare").isEmpty)
    }

    @Test func remove_whatAJobHasTouched_goesToTheTrash() throws {
        var files = try TaskFiles(home: home)
        try files.begin(record("a"))
        mkdir(files.jobDirectory("t-a") + "/home", 0o755)
        try FileBytes.overwrite(files.jobDirectory("t-a") + "/home/.bash_history", with: Array("x".utf8))
        let toTrash = try files.remove(record("a"))
        #expect(toTrash)
        #expect(FileBytes.names(in: home + "/trash") == ["t-a"])
        #expect(FileBytes.names(in: home + "/spare").isEmpty)
        #expect(files.records.readAll().records.isEmpty)
    }

    @Test(arguments: [("a-b_c.9", true), ("", false), (".a", false), ("a/b", false), ("ä", false)])
    func isUsable(_ id: String, _ expected: Bool) {
        #expect(TaskFiles.isUsable(id: id) == expected)
    }

    @Test func lock_takenTwice_namesTheHolder() throws {
        _ = try TaskFiles(home: home)
        let lock = try HomeLock(home: home)
        let error = #expect(throws: ShimError.self) { try HomeLock(home: home) }
        #expect(error == .directoryInUse(path: home, holder: "\(getpid())"))
        withExtendedLifetime(lock) {}
    }
}
