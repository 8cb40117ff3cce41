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

    /// A file of keys with those of a task; its other lines stay as they are.
    func added(to text: String, task: String) -> String {
        let others = Self.removed(from: text, task: task)
        let start = others.isEmpty || others.hasSuffix("\n") ? others : others + "\n"
        return start + keys.map { $0 + Self.mark(task: task) + "\n" }.joined()
    }

    /// A file of keys without those of a task.
    static func removed(from text: String, task: String) -> String {
        removed(from: text) { $0 == task }
    }

    /// A file of keys without those of tasks that are over.
    ///
    /// - Parameter isOver: told a task's id.
    private static func removed(from text: String, where isOver: (String) -> Bool) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        lines.removeAll { line in
            guard let word = line.split(separator: " ").last, word.hasPrefix("dstack-task-"), line.contains(" ") else {
                return false
            }
            return isOver(String(word.dropFirst("dstack-task-".count)))
        }
        return lines.joined(separator: "\n")
    }
}
