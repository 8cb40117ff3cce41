import Glibc

/// What holds the processes of one task together, so that all of them are found and ended.
enum ProcessGroup: Codable, Equatable, Sendable {
    /// A directory of cgroup v2.
    case unified(path: String)
    /// A directory of the freezer of cgroup v1.
    case freezer(path: String)
    /// No cgroup: the processes are found by their mark, their parents and their sessions.
    case marked

    /// SIGKILL to all that is in it, also to what it starts meanwhile.
    func kill(mark: String) throws(ShimError) {
        switch self {
        case .unified(let path):
            try FileBytes.put("1", into: path + "/cgroup.kill")
        case .freezer(let path):
            // Frozen processes start no others; the signal takes them when they thaw.
            try FileBytes.put("FROZEN", into: path + "/freezer.state")
            for pid in Self.members(path) { Self.send(SIGKILL, to: pid) }
            try FileBytes.put("THAWED", into: path + "/freezer.state")
        case .marked:
            for pid in MarkedProcesses.find(mark) { Self.send(SIGKILL, to: pid) }
        }
    }

    /// Whether nothing in it runs.
    func isEmpty(mark: String) -> Bool {
        switch self {
        case .unified(let path):
            guard let events = FileBytes.read(path + "/cgroup.events", limit: 256) else { return true }
            return String(decoding: events, as: UTF8.self).contains("populated 0")
        case .freezer(let path):
            return Self.members(path).isEmpty
        case .marked:
            return MarkedProcesses.find(mark).isEmpty
        }
    }

    /// A file that the kernel flags (EPOLLPRI) when the group becomes empty; nil where it must be asked for again.
    var eventsFile: String? {
        switch self {
        case .unified(let path): path + "/cgroup.events"
        case .freezer, .marked: nil
        }
    }

    /// Where a new process can be started inside the group.
    var startDirectory: String? {
        switch self {
        case .unified(let path): path
        case .freezer, .marked: nil
        }
    }

    /// Whether a process must be put into the group after it was started.
    var isJoinedFromOutside: Bool {
        switch self {
        case .freezer: true
        case .unified, .marked: false
        }
    }

    /// Makes what the group needs.
    func create() throws(ShimError) {
        switch self {
        case .unified(let path), .freezer(let path): try FileBytes.makeDirectory(path)
        case .marked: break
        }
    }

    /// Takes in a process that was started outside; it has started no others yet.
    func add(_ pid: Int32) throws(ShimError) {
        switch self {
        case .freezer(let path): try FileBytes.put("\(pid)", into: path + "/cgroup.procs")
        case .unified, .marked: break
        }
    }

    /// Removes the empty group, with the groups that the task made inside. False where the kernel is not done with it.
    func remove() -> Bool {
        switch self {
        case .unified(let path), .freezer(let path):
            if rmdir(path) == 0 || errno == ENOENT { return true }
            // The task made groups of its own inside.
            Self.removeDirectories(path)
            return rmdir(path) == 0 || errno == ENOENT
        case .marked:
            return true
        }
    }

    private static func send(_ signal: Int32, to pid: Int32) {
        // ESRCH: it ended by itself between being listed and now.
        _ = Glibc.kill(pid, signal)
    }

    private static func members(_ path: String) -> [Int32] {
        let bytes = FileBytes.read(path + "/cgroup.procs", limit: 1 << 20) ?? []
        let here = bytes.split(separator: UInt8(ascii: "\n")).compactMap { Int32(String(decoding: $0, as: UTF8.self)) }
        return here + directories(in: path).flatMap { members($0) }
    }

    private static func removeDirectories(_ path: String) {
        for directory in directories(in: path) {
            removeDirectories(directory)
            rmdir(directory)
        }
    }

    private static func directories(in path: String) -> [String] {
        FileBytes.names(in: path).map { path + "/" + $0 }.filter { child in
            var status = stat()
            return lstat(child, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        }
    }
}
