import Glibc

/// What the file system tells of a program, its log and its lock. Blocks.
enum ProgramFiles {
    /// Size and time of the file; nil where it is not there. A running shim tells the same of itself.
    static func build(of path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return "\(status.st_size)-\(status.st_mtim.tv_sec)-\(status.st_mtim.tv_nsec)"
    }

    /// Whether no process holds the lock on a file; one that is not there is held by none.
    static func isUnlocked(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
        // A child that is being started has a copy of the descriptor, which would keep the lock for that moment.
        flock(descriptor, LOCK_UN)
        return true
    }

    /// The last lines of a log, at most 2 KiB; empty where it cannot be read.
    static func lastLines(of path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        lseek(descriptor, max(0, size - 2048), SEEK_SET)
        var bytes = [UInt8](repeating: 0, count: 2048)
        let count = read(descriptor, &bytes, bytes.count)
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        return text.split(separator: "\n").suffix(5).joined(separator: "\n")
    }
}
