import FoundationEssentials
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `~/.dstack/ssh`: the user's key and the hosts of the runs that are attached to, shared with dstack's own client.
/// Reads and writes block: call from a thread that may.
public struct SSHFolder: Sendable {
    private let home: String

    /// - Parameter home: the user's home directory.
    public init(home: String) {
        self.home = home
    }

    private var path: String { home + "/.dstack/ssh" }
    private var configPath: String { path + "/config" }
    private var userConfigPath: String { home + "/.ssh/config" }

    // MARK: The user's key

    /// The files of a user's key, which the server made: named for the token, as dstack's own client does.
    public func keyPath(token: String) -> String {
        let digest = SHA1.digest(Array(token.utf8)).prefix(4)
        return path + "/"
            + digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// Writes a key's two files.
    func save(privateKey: String, publicKey: String, to path: String) throws(SSHFolderError) {
        try makeFolder(self.path)
        try Self.replace(path, with: Array(privateKey.utf8), mode: 0o600)
        try Self.replace(path + ".pub", with: Array(publicKey.utf8), mode: 0o644)
    }

    // MARK: Hosts

    /// Makes a run known to the user's `ssh` under its name.
    func attach(_ host: String, _ settings: [(name: String, value: String)], mark: String) throws(SSHFolderError) {
        try makeFolder(path)
        try change(configPath) { text in
            text.prune(isAlive: Self.isAlive)
            text.attach(host, settings, mark: mark)
        }
        try makeFolder(home + "/.ssh")
        try change(userConfigPath) { $0.include(Self.written(configPath)) }
    }

    func detach(_ host: String, mark: String) throws(SSHFolderError) {
        try change(configPath) { text in
            text.detach(host, mark: mark)
            text.prune(isAlive: Self.isAlive)
        }
    }

    /// What tells this process's attachments from those of others.
    static func mark(_ number: Int) -> String { "\(getpid())-\(number)" }

    private static func isAlive(_ mark: String) -> Bool {
        guard let process = mark.split(separator: "-").first.flatMap({ pid_t($0) }) else { return false }
        return kill(process, 0) == 0 || errno == EPERM
    }

    /// A file's path as a configuration names it: absolute, since `~` there is the home that the system knows.
    static func written(_ path: String) -> String { path.contains(" ") ? "\"\(path)\"" : path }

    // MARK: Files

    private func makeFolder(_ path: String) throws(SSHFolderError) {
        var status = stat()
        if stat(path, &status) == 0 { return }
        let parent = path.split(separator: "/").dropLast().joined(separator: "/")
        if !parent.isEmpty { try makeFolder("/" + parent) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw SSHFolderError("make the folder \(path)") }
    }

    /// Changes a configuration while no other program of dstack's does: they agree on a lock beside it.
    private func change(_ path: String, _ body: (inout SSHConfigText) -> Void) throws(SSHFolderError) {
        let lock = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw SSHFolderError("lock \(path)") }
        defer { close(lock) }
        while flock(lock, LOCK_EX) != 0 {
            guard errno == EINTR else { throw SSHFolderError("lock \(path)") }
        }
        let before = SSHConfigText(try Self.contents(path))
        var after = before
        body(&after)
        if after != before { try Self.replace(path, with: after.bytes, mode: 0o600) }
    }

    /// A file's bytes; none where there is no file.
    private static func contents(_ path: String) throws(SSHFolderError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        if file < 0, errno == ENOENT { return [] }
        guard file >= 0 else { throw SSHFolderError("read \(path)") }
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = piece.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            guard count > 0 else { throw SSHFolderError("read \(path)") }
            bytes += piece[..<count]
        }
    }

    /// Puts a new file in a path's place, in one step; where the path is a link, in the place of what it leads to.
    private static func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws(SSHFolderError) {
        var target = path
        if let real = realpath(path, nil) {
            target = String(cString: real)
            free(real)
        }
        var status = stat()
        let kept = stat(target, &status) == 0 ? status.st_mode & 0o777 : mode
        let new = "\(target).\(getpid()).new"
        let file = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kept & mode == mode ? kept : mode)
        guard file >= 0 else { throw SSHFolderError("write \(path)") }
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            guard count > 0 else {
                let error = SSHFolderError("write \(path)")
                close(file)
                unlink(new)
                throw error
            }
            bytes = bytes.dropFirst(count)
        }
        close(file)
        guard rename(new, target) == 0 else {
            let error = SSHFolderError("write \(path)")
            unlink(new)
            throw error
        }
    }
}

/// The files of `ssh` that dstack keeps could not be read or written.
public struct SSHFolderError: Error, Equatable, CustomStringConvertible {
    public let description: String

    /// - Parameter what: what was tried.
    init(_ what: String, code: Int32 = errno) {
        description = "cannot \(what): \(String(cString: strerror(code)))"
    }
}
