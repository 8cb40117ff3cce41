import Glibc

/// What `/proc` tells about processes.
enum Proc {
    /// A line of `/proc/PID/stat`, as far as it matters here.
    struct Status: Equatable {
        var identity: ProcessIdentity
        var parent: Int32
        var session: Int32
        /// Ended, but its parent has not asked for its status yet.
        var isZombie: Bool
    }

    /// The state of a process; nil where there is none of that number.
    static func status(of pid: Int32) -> Status? {
        guard let bytes = FileBytes.read("/proc/\(pid)/stat", limit: 4096) else { return nil }
        return status(pid: pid, line: bytes)
    }

    /// Reads the line. The second field is the program's name in parentheses and may hold anything.
    static func status(pid: Int32, line: [UInt8]) -> Status? {
        guard let close = line.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = line[(close + 1)...].split(separator: UInt8(ascii: " "))
            .map { String(decoding: $0, as: UTF8.self) }
        // From here on the third field is number 0: state, parent, group, session, … start time is number 19.
        guard fields.count > 19, let parent = Int32(fields[1]), let session = Int32(fields[3]),
            let start = UInt64(fields[19])
        else { return nil }
        return Status(
            identity: ProcessIdentity(pid: pid, startTicks: start), parent: parent, session: session,
            isZombie: fields[0] == "Z" || fields[0] == "X")
    }

    /// Whether that very process still runs.
    static func isAlive(_ process: ProcessIdentity) -> Bool {
        guard let status = status(of: process.pid) else { return false }
        return status.identity == process && !status.isZombie
    }

    /// Every process there is.
    static func all() -> [Status] {
        FileBytes.names(in: "/proc").compactMap { Int32($0) }.compactMap { status(of: $0) }
    }

    /// Whether the process was started with `NAME=value` in its environment. False where that may not be read.
    static func environment(of pid: Int32, contains entry: String) -> Bool {
        guard let bytes = FileBytes.read("/proc/\(pid)/environ", limit: 1 << 20) else { return false }
        return bytes.split(separator: 0).contains { $0.elementsEqual(entry.utf8) }
    }

    /// Names this run of the kernel; empty where unknown.
    static func kernelBoot() -> String {
        let bytes = FileBytes.read("/proc/sys/kernel/random/boot_id", limit: 64) ?? []
        return String(decoding: bytes.filter { $0 > 32 }, as: UTF8.self)
    }
}
