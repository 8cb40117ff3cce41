import FoundationEssentials
import Glibc

/// The shim's directory.
///
///     shim.lock         held by the one shim that works here; holds its process number
///     tasks/ID.json     a `TaskRecord` each, rewritten in one step
///     jobs/MARK/        the runner's directory; what it prints is in runner.out
///     spare/MARK/       emptied directories for the next tasks
///     trash/            directories of removed tasks, on their way out
struct TaskFiles: Sendable {
    let home: String
    let records: RecordFiles<TaskRecord>
    private var spare: SpareFolders

    /// Makes the directories that are missing.
    init(home: String) throws(ShimError) {
        self.home = home
        records = try RecordFiles(directory: home + "/tasks")
        for name in ["jobs", "spare", "trash"] {
            try FileBytes.makeDirectory("\(home)/\(name)")
        }
        spare = SpareFolders(path: "\(home)/spare", trash: "\(home)/trash")
    }

    var trash: String { home + "/trash" }

    func jobDirectory(_ mark: String) -> String { "\(home)/jobs/\(mark)" }

    /// What the runner printed.
    func runnerLog(_ mark: String) -> String { jobDirectory(mark) + "/runner.out" }

    /// The last lines that the runner printed, at most 2 KiB.
    func runnerLogTail(_ mark: String) -> String {
        let bytes = FileBytes.tail(of: runnerLog(mark), limit: 2048)
        let text = String(decoding: bytes, as: UTF8.self)
        return text.split(separator: "\n").suffix(5).joined(separator: "\n")
    }

    /// Makes the directory of a new task, or takes a spare one, and writes its first record.
    ///
    /// Throws where that could not be done: then nothing of it is left.
    mutating func begin(_ record: TaskRecord) throws(ShimError) {
        let directory = jobDirectory(record.mark)
        do {
            if spare.take(for: directory) {
                // The emptied record of the last task becomes this one's, when it is whole.
                try records.write(record, to: "\(directory)/record.json")
                let path = records.path(record.id)
                _ = try ShimError.checking("rename", path) { rename("\(directory)/record.json", path) }
            } else {
                try FileBytes.makeDirectory(directory)
                try records.write(record, id: record.id)
            }
        } catch {
            unlink("\(directory)/record.json")
            _ = rename(directory, "\(trash)/\(record.mark)")
            throw error
        }
    }

    /// Forgets a task. Its directory becomes a spare one, or goes to the trash, which then is to be emptied.
    ///
    /// - Returns: whether something went to the trash.
    mutating func remove(_ record: TaskRecord) throws(ShimError) -> Bool {
        let directory = jobDirectory(record.mark)
        // From here on the task is forgotten: a shim that starts again would take the directory for a stray one.
        if rename(records.path(record.id), "\(directory)/record.json") != 0 { try records.remove(record.id) }
        if spare.put(record.mark, from: directory) { return false }
        guard rename(directory, "\(trash)/\(record.mark)") == 0 || errno == ENOENT else {
            throw .system(call: "rename", subject: directory, errno: errno)
        }
        return true
    }

    /// Whether an id can be a file's name: letters, digits, `-`, `_` and `.`, the latter not in front.
    static func isUsable(id: String) -> Bool {
        guard (1...128).contains(id.utf8.count), !id.hasPrefix(".") else { return false }
        return id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
    }
}
