/// The text of an OpenSSH client's configuration, as far as dstack writes it: blocks of one host each, and an `Include`.
///
/// Several programs may be attached to one run at once. Each leaves its mark in the host's block, a comment, and the block
/// goes with the last of them; dstack's own client, which knows no marks, writes and removes whole blocks.
struct SSHConfigText: Equatable {
    private(set) var text: String

    init(_ text: String) {
        self.text = text
    }

    private static let markPrefix = "    # attached: "

    /// Sets a host's block for one more attachment.
    mutating func attach(_ host: String, _ settings: [(name: String, value: String)], mark: String) {
        let others = marks(of: host).filter { $0 != mark }
        remove(host)
        if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
        text += "Host \(host)\n"
        for other in others + [mark] { text += Self.markPrefix + other + "\n" }
        for setting in settings { text += "    \(setting.name) \(setting.value)\n" }
    }

    /// Takes an attachment's mark from a host's block, and the block where no other's is left.
    mutating func detach(_ host: String, mark: String) {
        let found = marks(of: host)
        // A block that another attachment of dstack's own client has written since is that client's to remove.
        guard found.contains(mark) else { return }
        if found.count == 1 { return remove(host) }
        text = lines.filter { $0 != Self.markPrefix + mark }.joined(separator: "\n")
    }

    /// Removes the blocks whose attachments have all ended without a word, and the marks of those that did.
    mutating func prune(isAlive: (String) -> Bool) {
        for host in hosts {
            for mark in marks(of: host) where !isAlive(mark) { detach(host, mark: mark) }
        }
    }

    var hosts: [String] { lines.compactMap(Self.host) }

    func marks(of host: String) -> [String] {
        var current: String?
        var found: [String] = []
        for line in lines {
            if let next = Self.host(line) { current = next }
            if current == host, line.hasPrefix(Self.markPrefix) {
                found.append(String(line.dropFirst(Self.markPrefix.count)))
            }
        }
        return found
    }

    /// Puts an `Include` of a file at the top, where a client reads it for every host; once.
    mutating func include(_ path: String) {
        let line = "Include \(path)"
        guard !lines.contains(where: { $0.trimmed == line }) else { return }
        text = line + "\n" + text
    }

    private mutating func remove(_ host: String) {
        var current: String?
        var kept: [Substring] = []
        for line in lines {
            if let next = Self.host(line) { current = next }
            if current != host { kept.append(line) }
        }
        // The end of the text's last line is not the block's.
        if let last = kept.last, !last.isEmpty { kept.append("") }
        text = kept.joined(separator: "\n")
    }

    private var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    /// The host that a line begins the block of, where it is one.
    private static func host(_ line: Substring) -> String? {
        let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
        return words.count == 2 && words[0] == "Host" ? String(words[1]) : nil
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var rest = self
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
