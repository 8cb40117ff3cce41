import Glibc

/// The memory that a container uses, as the kernel counts it: its processes' own, what they share counted once, and the
/// files that it holds in memory.
struct MemoryUsage: Equatable, Sendable {
    /// Bytes.
    var all: Int
    /// Bytes without files that could be given back at once.
    var workingSet: Int

    /// Where the kernel tells it, in the newer and the older form.
    private static let places = [
        (usage: "/sys/fs/cgroup/memory.current", stat: "/sys/fs/cgroup/memory.stat", field: "inactive_file"),
        (
            usage: "/sys/fs/cgroup/memory/memory.usage_in_bytes", stat: "/sys/fs/cgroup/memory/memory.stat",
            field: "total_inactive_file"
        ),
    ]

    /// Nil where the kernel does not tell. Blocks.
    static func ofContainer() -> MemoryUsage? {
        for place in places {
            // A file of the other form is not there.
            guard let usage = try? SmallFile.read(place.usage), let stat = try? SmallFile.read(place.stat) else {
                continue
            }
            if let found = MemoryUsage(usage: usage, stat: stat, field: place.field) { return found }
        }
        return nil
    }

    /// - Parameters:
    ///   - usage: a number.
    ///   - stat: lines of a name and a number.
    ///   - field: the name of what could be given back.
    init?(usage: String, stat: String, field: String) {
        guard let all = Int(usage.filter { !$0.isWhitespace }) else { return nil }
        self.all = all
        let line = stat.split(separator: "\n").first { $0.hasPrefix(field + " ") }
        let inactive = line.flatMap { Int($0.dropFirst(field.count + 1)) } ?? 0
        workingSet = max(0, all - inactive)
    }
}
