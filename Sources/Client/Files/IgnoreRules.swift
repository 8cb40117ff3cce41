import FoundationEssentials

/// The ignore files of a directory and of those above it.
///
/// Of one kind of file the deepest directory with an opinion decides, in it the last line;
/// among the kinds `.dstackignore` comes before `.ignore`, that before `.gitignore`.
struct IgnoreRules {
    /// What counts where everything does.
    private static let allNames = [".dstackignore", ".ignore", ".gitignore"]

    /// Which kinds of file count, the first before the others.
    private let fileNames: [String]

    private struct Level {
        /// The depth of the directory, in parts of its path.
        var depth: Int
        /// The patterns of each kind of file, in the order of `fileNames`.
        var patterns: [[IgnorePattern]]
    }

    private var levels: [Level] = []

    /// The rules for what lies in a directory: its own and those of the directories above.
    init(directory: String) throws(FileArchiveError) {
        fileNames = Self.allNames
        var path = ""
        try enter("/")
        for part in directory.split(separator: "/") {
            path += "/" + part
            try enter(path)
        }
    }

    /// No rules yet; `enter` adds those of files of these names.
    init(fileNames: [String]) {
        self.fileNames = fileNames
    }

    /// Adds the rules of a directory further down.
    mutating func enter(_ directory: String) throws(FileArchiveError) {
        var patterns: [[IgnorePattern]] = []
        for name in fileNames {
            patterns.append(try Self.read(directory == "/" ? "/" + name : directory + "/" + name))
        }
        if patterns.contains(where: { !$0.isEmpty }) {
            levels.append(Level(depth: directory.split(separator: "/").count, patterns: patterns))
        }
    }

    /// Whether a path is left out. Its parents are not looked at: who walks the tree has done so.
    func ignores(_ path: String, isDirectory: Bool) -> Bool {
        let parts = path.split(separator: "/").map(String.init)
        for kind in fileNames.indices {
            for level in levels.reversed() {
                let rest = Array(parts.dropFirst(level.depth))
                let last = level.patterns[kind].last { $0.matches(rest, isDirectory: isDirectory) }
                if let last {
                    return !last.isNegated
                }
            }
        }
        return false
    }

    private static func read(_ path: String) throws(FileArchiveError) -> [IgnorePattern] {
        guard FileManager.default.fileExists(atPath: path) else {
            return []
        }
        do {
            let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
            return text.split(separator: "\n").compactMap { IgnorePattern(line: $0) }
        } catch {
            throw FileArchiveError(path: path, problem: .unreadable("\(error)"))
        }
    }
}
