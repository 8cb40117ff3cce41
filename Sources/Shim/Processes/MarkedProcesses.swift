import Glibc

/// Finds a task's processes without a cgroup.
enum MarkedProcesses {
    /// The variable that every process of a task inherits.
    static let variable = "DSTACK_TASK_MARK"

    /// All that carry the mark, that share a session with such a one, or that descend from them; zombies left out.
    static func find(_ mark: String) -> [Int32] {
        let entry = "\(variable)=\(mark)"
        return closure(of: Proc.all()) { Proc.environment(of: $0, contains: entry) }
    }

    /// The runner that was started with that mark: the leader of its session, the oldest if there are several.
    static func leader(_ mark: String) -> ProcessIdentity? {
        let entry = "\(variable)=\(mark)"
        return Proc.all()
            .filter { $0.session == $0.identity.pid && !$0.isZombie }
            .filter { Proc.environment(of: $0.identity.pid, contains: entry) }
            .map(\.identity)
            .min { $0.startTicks < $1.startTicks }
    }

    /// The processes of `table` that are marked, and those tied to them.
    static func closure(of table: [Proc.Status], isMarked: (Int32) -> Bool) -> [Int32] {
        var members: Set<Int32> = []
        var sessions: Set<Int32> = []
        for process in table where !process.isZombie && isMarked(process.identity.pid) {
            members.insert(process.identity.pid)
            sessions.insert(process.session)
        }
        guard !members.isEmpty else { return [] }
        var grew = true
        while grew {
            grew = false
            for process in table where !members.contains(process.identity.pid) {
                if members.contains(process.parent) || sessions.contains(process.session) {
                    members.insert(process.identity.pid)
                    sessions.insert(process.session)
                    grew = true
                }
            }
        }
        return table.filter { members.contains($0.identity.pid) && !$0.isZombie }.map(\.identity.pid)
    }
}
