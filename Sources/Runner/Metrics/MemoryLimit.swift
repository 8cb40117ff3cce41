/// What the kernel tells about the container's memory: its limit and how many processes it ended there.
enum MemoryLimit {
    /// Processes ended so far because the container's memory was used up; nil where the kernel does not tell.
    static func kills() -> Int? {
        for path in ["/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"] {
            guard let text = try? SmallFile.read(path) else { continue }
            if let count = kills(in: text) { return count }
        }
        return nil
    }

    /// The number in the line `oom_kill N`.
    static func kills(in text: String) -> Int? {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == "oom_kill" { return Int(words[1]) }
        }
        return nil
    }

    /// Bytes; nil where there is no limit.
    static func bytes() -> Int? {
        for path in ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"] {
            guard let text = try? SmallFile.read(path) else { continue }
            // Without a limit: `max`, or a number as large as can be.
            guard let bytes = Int(text.filter { !$0.isWhitespace }), bytes < 1 << 60 else { return nil }
            return bytes
        }
        return nil
    }
}
