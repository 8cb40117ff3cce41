import Glibc

/// The system's users and groups, read from `/etc/passwd` and `/etc/group`.
///
/// Not by the C library: in a static program that would load the host's shared objects.
struct UserDatabase: Equatable, Sendable {
    struct User: Equatable, Sendable {
        let name: String
        let uid: UInt32
        let gid: UInt32
        let home: String
    }

    struct Group: Equatable, Sendable {
        let name: String
        let gid: UInt32
        let members: [String]
    }

    let users: [User]
    let groups: [Group]

    /// Reads the texts of the two files; lines of another form are passed over.
    init(passwd: String, group: String) {
        users = passwd.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count >= 6, let uid = UInt32(fields[2]), let gid = UInt32(fields[3]) else { return nil }
            return User(name: String(fields[0]), uid: uid, gid: gid, home: String(fields[5]))
        }
        groups = group.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count >= 4, let gid = UInt32(fields[2]) else { return nil }
            return Group(
                name: String(fields[0]), gid: gid, members: fields[3].split(separator: ",").map(String.init))
        }
    }

    /// The system's own. A file that is missing, as in a minimal image, holds nobody.
    static func system() throws(SystemError) -> UserDatabase {
        func text(_ path: String) throws(SystemError) -> String {
            do { return try SmallFile.read(path) } catch  where error.code == ENOENT { return "" }
        }
        return UserDatabase(passwd: try text("/etc/passwd"), group: try text("/etc/group"))
    }

    func user(uid: UInt32) -> User? { users.first { $0.uid == uid } }

    func user(name: String) -> User? { users.first { $0.name == name } }

    func group(name: String) -> Group? { groups.first { $0.name == name } }

    /// The groups that name the user as their member.
    func supplementaryGroups(of user: String) -> [UInt32] {
        groups.filter { $0.members.contains(user) }.map(\.gid)
    }
}

/// Files that are read whole.
enum SmallFile {
    static func read(_ path: String) throws(SystemError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open '\(path)'") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            guard count > 0 else { throw SystemError("read '\(path)'") }
            bytes.append(contentsOf: piece[..<count])
        }
    }

    static func write(_ text: String, to path: String, mode: mode_t) throws(SystemError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw SystemError("create '\(path)'") }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw SystemError("write '\(path)'") }
            rest = rest.dropFirst(count)
        }
    }
}
