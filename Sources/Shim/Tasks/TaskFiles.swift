import FoundationEssentials
import Glibc

/// The shim's directory.
///
///     shim.lock         held by the one shim that works here; holds its process number
///     tasks/ID.json     a `TaskRecord` each, replaced in one step
///     jobs/MARK/        the runner's directory; what it prints is in runner.out
///     trash/            directories of removed tasks, on their way out
struct TaskFiles: Sendable {
    let home: String

    /// Makes the directories that are missing.
    init(home: String) throws(ShimError) {
        self.home = home
        for name in ["tasks", "jobs", "trash"] {
            try FileBytes.makeDirectory("\(home)/\(name)")
        }
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

    func write(_ record: TaskRecord) throws(ShimError) {
        let path = recordPath(record.id)
        do {
            try FileBytes.replace(path, with: Array(try JSONEncoder().encode(record)))
        } catch let error as ShimError {
            throw error
        } catch {
            throw .badRecord(path: path, reason: "\(error)")
        }
    }

    /// Forgets a task, and moves its directory out of the way for `emptyTrash`.
    func remove(_ record: TaskRecord) throws(ShimError) {
        let directory = jobDirectory(record.mark)
        guard rename(directory, "\(trash)/\(record.mark)") == 0 || errno == ENOENT else {
            throw .system(call: "rename", subject: directory, errno: errno)
        }
        try removeRecord(record.id)
    }

    /// Deletes the record of a task; none there is no error.
    func removeRecord(_ id: String) throws(ShimError) {
        let path = recordPath(id)
        guard unlink(path) == 0 || errno == ENOENT else {
            throw .system(call: "unlink", subject: path, errno: errno)
        }
    }

    /// All records, and for each that cannot be read its id with what is wrong. Nothing is deleted.
    func readAll() -> (records: [TaskRecord], unreadable: [(id: String, error: ShimError)]) {
        var records: [TaskRecord] = []
        var unreadable: [(id: String, error: ShimError)] = []
        for name in FileBytes.names(in: home + "/tasks") where name.hasSuffix(".json") {
            let id = String(name.dropLast(5))
            do {
                records.append(try read(id))
            } catch {
                unreadable.append((id, error))
            }
        }
        return (records, unreadable)
    }

    private func read(_ id: String) throws(ShimError) -> TaskRecord {
        let path = recordPath(id)
        let bytes = try FileBytes.contents(of: path, limit: 1 << 20)
        do {
            return try JSONDecoder().decode(TaskRecord.self, from: Data(bytes))
        } catch {
            throw .badRecord(path: path, reason: "\(error)")
        }
    }

    private func recordPath(_ id: String) -> String { "\(home)/tasks/\(id).json" }

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
