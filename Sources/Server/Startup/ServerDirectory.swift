import Foundation

/// The server's directory: made on the first start, for its owner alone, and locked while a server runs.
final class ServerDirectory: Sendable {
    let path: String
    /// The open lock file; the lock goes with it, also when the process is killed.
    private let lock: Int32

    /// - Throws: `ServerError` where the directory cannot be made or written to, or another server has it.
    init(path: String) throws(ServerError) {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: path + "/data", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .directory(path: path, reason: Self.words(error))
        }
        if geteuid() == 0 { Self.letUsersPass(to: path) }
        let file = path + "/server.lock"
        lock = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw .directory(path: path, reason: String(cString: strerror(errno))) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            // `deinit` closes it, here too; what is closed twice may be somebody else's the second time.
            let holder = FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } ?? ""
            throw .locked(path: path, process: holder.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        let process = Array("\(getpid())\n".utf8)
        // In place, since a full disk may have no room for a file that was cut to nothing. Where it has none at all, the
        // next server is told less.
        if pwrite(lock, process, process.count, 0) == process.count { _ = ftruncate(lock, off_t(process.count)) }
    }

    /// Jobs of a server that runs as root may be other users'. These must reach their own directories below
    /// `shim/jobs`, and see nothing else: they pass through, list nothing, and what lies beside is closed.
    private static func letUsersPass(to path: String) {
        for (folder, mode) in [
            ("", mode_t(0o711)), ("/data", 0o700), ("/logs", 0o700), ("/shim", 0o711), ("/shim/jobs", 0o711),
            ("/shim/tasks", 0o700), ("/shim/spare", 0o700), ("/shim/trash", 0o700),
        ] {
            // One that is there gets the mode; where that fails, the job that cannot pass is told so by name.
            if mkdir(path + folder, mode) != 0 { chmod(path + folder, mode) }
        }
    }

    /// Unlocks it first: a child that is being started has a copy of the descriptor, which keeps the lock for that moment.
    deinit {
        guard lock >= 0 else { return }
        flock(lock, LOCK_UN)
        close(lock)
    }

    var reserve: String { path + "/data/reserve" }
    var database: String { path + "/data/dstack.sqlite" }
    var metrics: String { path + "/data/metrics.sqlite" }
    var encryptionKey: String { path + "/data/encryption.key" }
    var archives: String { path + "/data/archives" }
    var logs: String { path + "/logs" }
    var configuration: String { path + "/config.yml" }

    private static func words(_ error: any Error) -> String {
        if let posix = (error as NSError).userInfo[NSUnderlyingErrorKey] as? POSIXError {
            return String(cString: strerror(posix.code.rawValue))
        }
        return error.localizedDescription
    }
}
