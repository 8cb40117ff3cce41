import FoundationEssentials

/// The files and directories to send of a tree.
enum FileTree {
    /// The root and all below it that is not ignored, each directory before what it holds, sorted by name.
    static func paths(under root: String) throws(FileArchiveError) -> [String] {
        guard try FileStatus(path: root).kind == .directory else {
            return [root]
        }
        let parent = root.lastIndex(of: "/").map { String(root[..<$0]) } ?? ""
        var paths = [root]
        try add(contentsOf: root, root: root, rules: try IgnoreRules(directory: parent), to: &paths)
        return paths
    }

    private static func add(
        contentsOf directory: String, root: String, rules: IgnoreRules, to paths: inout [String]
    ) throws(FileArchiveError) {
        var rules = rules
        try rules.enter(directory)
        for name in try names(in: directory) {
            let path = directory + "/" + name
            let isDirectory = try FileStatus(path: path).kind == .directory
            if isDirectory, name == ".git", directory == root {
                continue
            }
            guard !rules.ignores(path, isDirectory: isDirectory) else {
                continue
            }
            paths.append(path)
            if isDirectory {
                try add(contentsOf: path, root: root, rules: rules, to: &paths)
            }
        }
    }

    private static func names(in directory: String) throws(FileArchiveError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        } catch {
            throw FileArchiveError(path: directory, problem: .unreadable("\(error)"))
        }
    }
}
