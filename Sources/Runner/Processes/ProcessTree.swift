import Glibc

/// The processes below this one: the job's, since the runner is their subreaper.
enum ProcessTree {
    /// What a round of killing left.
    enum Round: Equatable {
        /// Signals were sent; their deaths will be told.
        case killed
        /// What is left may not be killed by this user.
        case forbidden([pid_t])
    }

    /// Whether no child is left, running or not yet waited for.
    ///
    /// A process below the runner always has a parent there, and orphans are handed to the runner: no child means
    /// no descendant.
    ///
    /// - Parameter spared: processes that do not count, but for what they started.
    static func isEmpty(besides spared: Set<pid_t>) -> Bool {
        if !spared.isEmpty { return descendants(of: getpid()).allSatisfy(spared.contains) }
        var info = siginfo_t()
        return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD
    }

    /// Sends SIGKILL to every descendant, and again to what they started meanwhile, until a look finds nothing new.
    static func killRound(besides spared: Set<pid_t>) -> Round {
        var seen = spared
        var forbidden: [pid_t] = []
        var killedAny = false
        while true {
            let new = descendants(of: getpid()).filter { !seen.contains($0) }
            if new.isEmpty { break }
            for process in new {
                seen.insert(process)
                if kill(process, SIGKILL) == 0 || errno == ESRCH {
                    killedAny = true
                } else {
                    forbidden.append(process)
                }
            }
        }
        return !killedAny && !forbidden.isEmpty ? .forbidden(forbidden) : .killed
    }

    /// Every living descendant of `root`, parents before children.
    static func descendants(of root: pid_t) -> [pid_t] {
        var children: [pid_t: [pid_t]] = [:]
        for process in allProcesses() {
            guard let stat = ProcessStat(process), stat.state != UInt8(ascii: "Z") else { continue }
            children[stat.parent, default: []].append(process)
        }
        var found: [pid_t] = []
        var next = children[root] ?? []
        while let process = next.popLast() {
            found.append(process)
            next.append(contentsOf: children[process] ?? [])
        }
        return found
    }

    private static func allProcesses() -> [pid_t] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var processes: [pid_t] = []
        while let entry = readdir(folder) {
            let number = withUnsafeBytes(of: &entry.pointee.d_name) { name -> pid_t? in
                var value: pid_t = 0
                for byte in name {
                    if byte == 0 { break }
                    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                    value = value &* 10 &+ pid_t(byte - UInt8(ascii: "0"))
                }
                return value > 0 ? value : nil
            }
            if let number { processes.append(number) }
        }
        return processes
    }
}
