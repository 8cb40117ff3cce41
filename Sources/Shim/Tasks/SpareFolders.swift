import Glibc

/// Job directories that their jobs left as they were made, kept for the next jobs.
///
/// A short job needs a directory and a few files, and making and deleting them costs the file system more than anything
/// else that the shim does for it. What a job has touched is never used again.
struct SpareFolders: Sendable {
    /// Directories that are kept; more would only take room.
    private static let limit = 64
    /// A file above this is deleted instead of emptied: that takes a while.
    private static let fileLimit: off_t = 1 << 20
    private static let folders: Set<String> = ["home", "work"]
    private static let files: Set<String> = [
        "hostfile", "job.log", "job.log.index", "record.json", "runner.log", "runner.log.index", "runner.out",
    ]

    private let path: String
    private var names: [String] = []

    /// Begins with none: what an earlier shim left is moved to `trash`.
    init(path: String, trash: String) {
        self.path = path
        for name in FileBytes.names(in: path) { _ = rename("\(path)/\(name)", "\(trash)/\(name)") }
    }

    /// Moves a spare directory to `target`; false where there is none.
    mutating func take(for target: String) -> Bool {
        while let name = names.popLast() {
            if rename("\(path)/\(name)", target) == 0 { return true }
        }
        return false
    }

    /// Takes in the directory `name` at `source`, emptied, where the job left it as it was made; false where not.
    mutating func put(_ name: String, from source: String) -> Bool {
        guard names.count < Self.limit, Self.isUntouched(source) else { return false }
        guard chmod(source, 0o755) == 0, rename(source, "\(path)/\(name)") == 0 else { return false }
        names.append(name)
        return true
    }

    private static func isUntouched(_ directory: String) -> Bool {
        for name in FileBytes.names(in: directory) {
            let entry = "\(directory)/\(name)"
            var status = stat()
            guard lstat(entry, &status) == 0, status.st_uid == geteuid() else { return false }
            if folders.contains(name) {
                guard status.st_mode == S_IFDIR | 0o755, FileBytes.names(in: entry).isEmpty else { return false }
            } else {
                guard files.contains(name), status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1,
                    status.st_size <= fileLimit
                else { return false }
                if status.st_size > 0, truncate(entry, 0) != 0 { return false }
            }
        }
        return true
    }
}
