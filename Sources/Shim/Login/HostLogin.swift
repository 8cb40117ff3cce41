/// Who may log in to the host while a task lives: dstack's own clients reach a job's SSH server through the host's.
struct HostLogin: Codable, Equatable, Sendable {
    var user: String
    /// Public keys, a line each.
    var keys: [String]

    /// Nil where nobody is let in.
    init?(user: String, keys: [String]) {
        let lines = keys.compactMap(Self.line)
        guard !user.isEmpty, !lines.isEmpty else { return nil }
        self.user = user
        self.keys = lines
    }

    /// Type and key alone: what else is in it (options, a second line) is nobody's to say but the host's user.
    private static func line(_ key: String) -> String? {
        let words = (key.split(whereSeparator: \.isNewline).first ?? "").split(separator: " ")
        guard words.count >= 2, ["ssh-", "ecdsa-", "sk-"].contains(where: { words[0].hasPrefix($0) }),
            words[1].utf8.allSatisfy({ $0 > 32 && $0 < 127 })
        else { return nil }
        return "\(words[0]) \(words[1])"
    }

    /// What the lines of a task end in.
    static func mark(task: String) -> String { " dstack-task-" + task }

    /// A file of keys with those of a task; its other lines stay as they are, byte by byte.
    func added(to file: [UInt8], task: String) -> [UInt8] {
        var lines = Self.removed(from: file, task: task)
        if let last = lines.last, last != Self.lineEnd { lines.append(Self.lineEnd) }
        for key in keys { lines += (key + Self.mark(task: task) + "\n").utf8 }
        return lines
    }

    /// A file of keys without those of a task.
    static func removed(from file: [UInt8], task: String) -> [UInt8] {
        let mark = Array(mark(task: task).utf8)
        let lines = file.split(separator: lineEnd, omittingEmptySubsequences: false)
        // A line of ours begins with a key.
        return Array(lines.filter { !$0.ends(with: mark) || $0.count == mark.count }.joined(separator: [lineEnd]))
    }

    private static let lineEnd = UInt8(ascii: "\n")
}

extension ArraySlice<UInt8> {
    fileprivate func ends(with suffix: [UInt8]) -> Bool { self.suffix(suffix.count).elementsEqual(suffix) }
}
