import Glibc

/// A lock of a folder, which goes with this object or with the process.
final class FolderLock: Sendable {
    private let file: Int32

    /// nil where somebody has it, or it is none of this user's folders, or is there no more.
    init?(_ folder: String) {
        file = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { return nil }
        var held = stat()
        var there = stat()
        guard flock(file, LOCK_EX | LOCK_NB) == 0, fstat(file, &held) == 0, held.st_uid == geteuid(),
            lstat(folder, &there) == 0, there.st_ino == held.st_ino, there.st_dev == held.st_dev
        else { return nil }
    }

    /// In so many words: a child that is being started has a copy of the descriptor, which keeps the lock for that moment.
    deinit {
        guard file >= 0 else { return }
        flock(file, LOCK_UN)
        close(file)
    }
}
