import CProcesses
import Glibc

/// Keeps a second shim out of the same directory, for as long as this process lives.
final class HomeLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock. Throws `.directoryInUse` where another shim holds it.
    init(home: String) throws(ShimError) {
        let path = home + "/shim.lock"
        let opened = try ShimError.checking("open", path) { open(path, O_RDWR | O_CREAT | O_CLOEXEC, mode_t(0o600)) }
        guard cprocesses_lock(opened) == 0 else {
            let number = errno
            let holder = String(decoding: FileBytes.read(path, limit: 32) ?? [], as: UTF8.self)
            close(opened)
            guard number == EWOULDBLOCK else { throw .system(call: "flock", subject: path, errno: number) }
            throw .directoryInUse(path: home, holder: String(holder.filter { !$0.isWhitespace }))
        }
        let text = Array("\(getpid())\n".utf8)
        // In place, since a full disk may have no room for a file that was cut to nothing; the number is only told.
        if pwrite(opened, text, text.count, 0) == text.count { _ = ftruncate(opened, off_t(text.count)) }
        descriptor = opened
    }

    /// Unlocks it first: a child that is being started has a copy of the descriptor, which keeps the lock for that moment.
    deinit {
        cprocesses_unlock(descriptor)
        close(descriptor)
    }
}
