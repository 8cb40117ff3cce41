/// The text of an OpenSSH client's configuration, as far as dstack writes it: blocks of one host each, and an `Include`.
///
/// Several programs may be attached to one run at once. Each leaves its mark in the host's block, a comment, and the block
/// goes with the last of them; dstack's own client, which knows no marks, writes and removes whole blocks.
///
/// It works on bytes: the user's file need not be UTF-8, and what is not ours stays as it is.
struct SSHConfigText: Equatable {
    private(set) var bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    private static let newline = UInt8(ascii: "\n")
    private static let markPrefix = Array("    # attached: ".utf8)

    /// Sets a host's block for one more attachment.
    mutating func attach(_ host: String, _ settings: [(name: String, value: String)], mark: String) {
        let others = marks(of: host).filter { $0 != mark }
        remove(host)
        if let last = bytes.last, last != Self.newline { bytes.append(Self.newline) }
        bytes += Array("Host \(host)\n".utf8)
        for other in others + [mark] { bytes += Self.line(of: other) + [Self.newline] }
        for setting in settings { bytes += Array("    \(setting.name) \(setting.value)\n".utf8) }
    }

    private static func line(of mark: String) -> [UInt8] { markPrefix + Array(mark.utf8) }

    /// Takes an attachment's mark from a host's block, and the block where no other's is left.
    mutating func detach(_ host: String, mark: String) {
        let found = marks(of: host)
        // A block that another attachment of dstack's own client has written since is that client's to remove.
        guard found.contains(mark) else { return }
        if found.count == 1 { return remove(host) }
        let line = Self.line(of: mark)
        join(lines.filter { !$0.elementsEqual(line) })
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
            if current == host, line.starts(with: Self.markPrefix) {
                found.append(String(decoding: line.dropFirst(Self.markPrefix.count), as: UTF8.self))
            }
        }
        return found
    }

    /// Puts an `Include` of a file at the top, where a client reads it for every host; once.
    mutating func include(_ path: String) {
        let line = Array("Include \(path)".utf8)
        guard !lines.contains(where: { $0.trimmed.elementsEqual(line) }) else { return }
        bytes = line + [Self.newline] + bytes
    }

    private mutating func remove(_ host: String) {
        var current: String?
        var kept: [ArraySlice<UInt8>] = []
        for line in lines {
            if let next = Self.host(line) { current = next }
            if current != host { kept.append(line) }
        }
        // The end of the text's last line is not the block's.
        if let last = kept.last, !last.isEmpty { kept.append([]) }
        join(kept)
    }

    private var lines: [ArraySlice<UInt8>] { bytes.split(separator: Self.newline, omittingEmptySubsequences: false) }

    private mutating func join(_ lines: [ArraySlice<UInt8>]) { bytes = Array(lines.joined(separator: [Self.newline])) }

    /// The host that a line begins the block of, where it is one.
    private static func host(_ line: ArraySlice<UInt8>) -> String? {
        let words = line.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") })
        guard words.count == 2, words[0].elementsEqual("Host".utf8) else { return nil }
        return String(validating: words[1], as: UTF8.self)
    }
}

extension ArraySlice<UInt8> {
    /// Without blanks, tabs and line ends on both sides.
    fileprivate var trimmed: ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || (9...13).contains(byte) }
        var rest = drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }
}
