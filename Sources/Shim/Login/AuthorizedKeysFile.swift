import Glibc

/// `~/.ssh/authorized_keys` of a user of the host, which the shim writes to as root.
///
/// No link in the user's home is followed; the new file takes the old one's place whole, with its owner and mode. Blocks.
struct AuthorizedKeysFile {
    let user: String

    private static let name = "authorized_keys"
    private static let newName = "authorized_keys.dstack"
    /// A larger one is left alone.
    private static let limit = 1 << 20

    /// - Parameter edit: the file's bytes to its new ones, whatever they are text of; the same bytes write nothing.
    func change(_ edit: ([UInt8]) -> [UInt8]) throws(ShimError) {
        guard let account = Account(name: user) else {
            throw .system(call: "find", subject: "user \(user)", errno: ENOENT)
        }
        let folder = try open(account)
        defer { close(folder) }
        let old = try read(in: folder)
        let new = edit(old.bytes)
        if new == old.bytes { return }
        try write(new, in: folder, account, mode: old.mode)
    }

    private func open(_ account: Account) throws(ShimError) -> Int32 {
        let subject = account.home + "/.ssh"
        let above = try ShimError.checking("open", account.home) {
            Glibc.open(account.home, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        defer { close(above) }
        let isNew = mkdirat(above, ".ssh", 0o700) == 0
        let folder = try ShimError.checking("open", subject) {
            openat(above, ".ssh", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        }
        if isNew { fchown(folder, account.uid, account.gid) }
        return folder
    }

    private func read(in folder: Int32) throws(ShimError) -> (bytes: [UInt8], mode: mode_t) {
        // A pipe would otherwise wait for who writes to it.
        let file = openat(folder, Self.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        if file < 0, errno == ENOENT { return ([], 0o600) }
        guard file >= 0 else { throw .system(call: "open", subject: Self.name, errno: errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= off_t(Self.limit) else {
            throw .system(call: "read", subject: Self.name, errno: EINVAL)
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        guard Glibc.read(file, &bytes, bytes.count) == bytes.count else {
            throw .system(call: "read", subject: Self.name, errno: errno)
        }
        return (bytes, status.st_mode & 0o7777)
    }

    private func write(_ bytes: [UInt8], in folder: Int32, _ account: Account, mode: mode_t) throws(ShimError) {
        unlinkat(folder, Self.newName, 0)
        let file = try ShimError.checking("create", Self.newName) {
            openat(folder, Self.newName, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
        defer { close(file) }
        guard Glibc.write(file, bytes, bytes.count) == bytes.count, fchown(file, account.uid, account.gid) == 0,
            fchmod(file, mode) == 0, fsync(file) == 0, renameat(folder, Self.newName, folder, Self.name) == 0
        else {
            let code = errno
            unlinkat(folder, Self.newName, 0)
            throw .system(call: "write", subject: Self.name, errno: code)
        }
    }

    /// A user of the host, from `/etc/passwd`: the shim is static and asks no name service.
    private struct Account {
        let uid: uid_t
        let gid: gid_t
        let home: String

        init?(name: String) {
            guard let bytes = FileBytes.read("/etc/passwd", limit: 4 << 20) else { return nil }
            for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
                let fields = line.split(separator: ":", omittingEmptySubsequences: false)
                guard fields.count >= 6, fields[0] == name, let uid = uid_t(fields[2]), let gid = gid_t(fields[3])
                else {
                    continue
                }
                self.uid = uid
                self.gid = gid
                home = String(fields[5])
                return
            }
            return nil
        }
    }
}
