/// One line of a `.gitignore`.
struct IgnorePattern: Equatable {
    /// Whether it takes back what earlier lines ignored.
    var isNegated = false
    private var isForDirectories = false
    /// Whether it is compared with the whole path from the file's directory, not with the last name alone.
    private var isAnchored = false
    private var segments: [[Character]] = []

    /// Reads a line; `nil` for a comment or a blank one.
    init?(line: some StringProtocol) {
        var text = Substring(line)
        if text.last == "\r" {
            text.removeLast()
        }
        // Blanks at the end count only behind a backslash.
        while text.last == " ", !text.hasSuffix("\\ ") {
            text.removeLast()
        }
        guard !text.isEmpty, !text.hasPrefix("#") else {
            return nil
        }
        if text.hasPrefix("!") {
            isNegated = true
            text.removeFirst()
        }
        if text.hasSuffix("/") {
            isForDirectories = true
            text.removeLast()
        }
        isAnchored = text.contains("/")
        if text.hasPrefix("/") {
            text.removeFirst()
        }
        segments = text.split(separator: "/", omittingEmptySubsequences: false).map(Array.init)
        guard !text.isEmpty else {
            return nil
        }
    }

    /// Whether it matches a path, given in parts from the directory of the ignore file.
    func matches(_ path: [String], isDirectory: Bool) -> Bool {
        guard !isForDirectories || isDirectory, let name = path.last else {
            return false
        }
        guard isAnchored else {
            return Glob.matches(segments[0][...], Array(name)[...])
        }
        return Self.matches(segments[...], path[...])
    }

    private static func matches(_ pattern: ArraySlice<[Character]>, _ path: ArraySlice<String>) -> Bool {
        guard let first = pattern.first else {
            return path.isEmpty
        }
        if first == ["*", "*"] {
            let rest = pattern.dropFirst()
            // At the end it stands for everything inside, elsewhere for any number of directories.
            if rest.isEmpty {
                return !path.isEmpty
            }
            return (0...path.count).contains { matches(rest, path.dropFirst($0)) }
        }
        guard let name = path.first else {
            return false
        }
        return Glob.matches(first[...], Array(name)[...]) && matches(pattern.dropFirst(), path.dropFirst())
    }
}
