import Glibc

/// Which runs with settings in a home are alive: each holds one byte of a file beside them, as long as its runner is there.
///
/// The lock goes with the process, however that ends, and is seen from other containers and hosts that have the home.
struct RunLocks {
    /// `F_OFD_GETLK` and `F_OFD_SETLK`, which Swift does not see: locks of an open file, not of a process.
    private static let ask: Int32 = 36
    private static let take: Int32 = 37

    /// A descriptor of the file. Nothing closes it in a runner: its end is what tells the next run.
    let file: Int32

    /// - Parameters:
    ///   - folder: a descriptor of the directory.
    ///   - owner: who is given a file that is made.
    init(_ name: String, in folder: Int32, owner: Folder.Owner) throws(SystemError) {
        let file = openat(folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SystemError("open '.ssh/\(name)', which is to be a file") }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(file)
            throw SystemError("open '.ssh/\(name)', which is no file", code: EINVAL)
        }
        if owner.applies { fchown(file, owner.uid, owner.gid) }
        self.file = file
    }

    /// Makes a run of this process's known as alive.
    func hold(_ run: Int64) -> Bool {
        set(run, Int16(F_WRLCK))
    }

    /// Whether nobody holds the run. Where the file system knows no locks, nobody can tell.
    func isOver(_ run: Int64) -> Bool {
        var lock = Self.byte(run, Int16(F_WRLCK))
        return fcntl(file, Self.ask, &lock) == 0 && lock.l_type == Int16(F_UNLCK)
    }

    /// Keeps others from changing the settings meanwhile. Who does not come to an end in two seconds is not waited for, and
    /// nobody is where the file system knows no locks.
    func alone<Value>(_ body: () throws -> Value) rethrows -> Value {
        for _ in 0..<100 {
            if set(0, Int16(F_WRLCK)) || errno != EAGAIN && errno != EACCES { break }
            usleep(20_000)
        }
        defer { _ = set(0, Int16(F_UNLCK)) }
        return try body()
    }

    private func set(_ run: Int64, _ kind: Int16) -> Bool {
        var lock = Self.byte(run, kind)
        return fcntl(file, Self.take, &lock) == 0
    }

    private static func byte(_ run: Int64, _ kind: Int16) -> flock {
        var lock = flock()
        lock.l_type = kind
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = off_t(run)
        lock.l_len = 1
        return lock
    }
}
