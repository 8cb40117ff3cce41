import Glibc
import Wire

/// The user that a job runs as.
struct JobUser: Equatable, Sendable {
    let uid: UInt32
    let gid: UInt32
    /// All groups, the main one among them, in order.
    let groups: [UInt32]
    /// Nil where the system does not know the user.
    let name: String?
    /// Absolute; `/` where the system names none that can be used.
    let home: String

    /// Finds the user that the job asks for; without a wish it is `current`, the runner's own.
    ///
    /// A named group replaces all others, and a user that the system does not know gets group 0, both as Docker does.
    static func resolve(
        _ wish: RunnerUser?, current: UInt32, currentGroup: UInt32, _ database: UserDatabase
    ) throws(JobFailure) -> JobUser {
        guard let wish else {
            return make(database.user(uid: current), uid: current, gid: currentGroup, database)
        }
        let known: UserDatabase.User?
        let uid: UInt32
        if let number = wish.uid {
            guard let id = UInt32(exactly: number) else { throw JobFailure("user id \(number) is out of range") }
            uid = id
            known = database.user(uid: id)
        } else if let name = wish.username {
            guard let user = database.user(name: name) else {
                throw JobFailure("no user '\(name)' in /etc/passwd; create it or set another 'user'")
            }
            uid = user.uid
            known = user
        } else {
            throw JobFailure("the job's user has neither a number nor a name")
        }
        if let number = wish.gid {
            guard let gid = UInt32(exactly: number) else { throw JobFailure("group id \(number) is out of range") }
            return JobUser(uid: uid, gid: gid, groups: [gid], name: known?.name, home: usable(known?.home))
        }
        if let name = wish.groupname {
            guard let group = database.group(name: name) else {
                throw JobFailure("no group '\(name)' in /etc/group; create it or set another 'user'")
            }
            return JobUser(
                uid: uid, gid: group.gid, groups: [group.gid], name: known?.name, home: usable(known?.home))
        }
        return make(known, uid: uid, gid: known?.gid ?? 0, database)
    }

    private static func make(
        _ known: UserDatabase.User?, uid: UInt32, gid: UInt32, _ database: UserDatabase
    ) -> JobUser {
        let more = known.map { database.supplementaryGroups(of: $0.name) } ?? []
        return JobUser(
            uid: uid, gid: gid, groups: Array(Set([gid] + more)).sorted(), name: known?.name, home: usable(known?.home))
    }

    /// A home that is a directory, or may become one; `/nonexistent` and its kind stay what they are.
    private static func usable(_ home: String?) -> String {
        guard let home, home.hasPrefix("/") else { return "/" }
        var status = stat()
        if stat(home, &status) == 0 { return status.st_mode & S_IFMT == S_IFDIR ? home : "/" }
        return home.contains("nonexistent") ? "/" : home
    }
}
