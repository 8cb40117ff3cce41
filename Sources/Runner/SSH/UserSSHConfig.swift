import Glibc

/// `~/.ssh/config` of a job's user, which the runner writes to as root.
///
/// The home may be anybody's: no link in it is followed, nothing but a plain file is read, and the new file takes the
/// old one's place whole.
struct UserSSHConfig {
    let home: String
    let owner: Folder.Owner

    private static let name = "config"
    private static let newName = "config.dstack"
    private static let lockName = "config.dstack.lock"
    /// A larger one is left alone.
    private static let limit = 1 << 20

    /// Puts a run's settings in front of those that are there, and takes out those of runs that are over.
    ///
    /// - Returns: a descriptor that makes the run known as alive as long as it is open.
    @discardableResult func put(
        _ settings: String, run: Int64 = .random(in: 1 ..< .max)
    ) throws -> Int32 {
        try Folder.make(home, owner)
        let folder = try open()
        defer { close(folder) }
        let locks = try RunLocks(Self.lockName, in: folder, owner: owner)
        do {
            try locks.alone {
                _ = locks.hold(run)
                var blocks = RunBlocks(try read(in: folder))
                blocks.prune { $0 != run && locks.isOver($0) }
                blocks.put(settings, run: run)
                try write(blocks.bytes, in: folder)
            }
        } catch {
            close(locks.file)
            throw error
        }
        return locks.file
    }

    private func open() throws(SystemError) -> Int32 {
        let above = Glibc.open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard above >= 0 else { throw SystemError("open '\(home)'") }
        defer { close(above) }
        let isNew = mkdirat(above, ".ssh", 0o700) == 0
        let folder = openat(above, ".ssh", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { throw SystemError("open '\(home)/.ssh', which is to be a directory") }
        if isNew, owner.applies { fchown(folder, owner.uid, owner.gid) }
        return folder
    }

    private func read(in folder: Int32) throws(SystemError) -> [UInt8] {
        // A pipe would otherwise wait for who writes to it.
        let file = openat(folder, Self.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        if file < 0, errno == ENOENT { return [] }
        guard file >= 0 else { throw SystemError("open '\(home)/.ssh/config', which is to be a file") }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= off_t(Self.limit) else {
            throw SystemError("read '\(home)/.ssh/config', which is no small file", code: EINVAL)
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        let count = Glibc.read(file, &bytes, bytes.count)
        guard count == bytes.count else { throw SystemError("read '\(home)/.ssh/config'") }
        return bytes
    }

    private func write(_ bytes: [UInt8], in folder: Int32) throws(SystemError) {
        unlinkat(folder, Self.newName, 0)
        let file = openat(folder, Self.newName, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SystemError("create a file in '\(home)/.ssh'") }
        defer { close(file) }
        let isWritten = Glibc.write(file, bytes, bytes.count) == bytes.count
        let isGiven = !owner.applies || fchown(file, owner.uid, owner.gid) == 0
        guard isWritten, isGiven, renameat(folder, Self.newName, folder, Self.name) == 0 else {
            let error = SystemError("write '\(home)/.ssh/config'")
            unlinkat(folder, Self.newName, 0)
            throw error
        }
    }
}
