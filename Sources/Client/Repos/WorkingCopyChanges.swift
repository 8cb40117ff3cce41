import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a working copy has over its remote's commit: commits of its own, changes, and files that git does not know.
///
/// A diff as git writes it, binary files included. What `.gitignore` leaves out is not in it, nor are unknown files
/// that a `.dstackignore` leaves out. Making one reads the user's clone and writes nothing there.
public struct WorkingCopyChanges: Sendable, Equatable {
    /// The diff; empty where there is no change.
    public let diff: [UInt8]
    /// Its SHA-256, in hex.
    public let hash: String

    /// How much larger than the diff's limit the changed files may be before they are looked into: what is
    /// compressed becomes smaller, but not by everything.
    private static let looksInto = 32
    /// Bytes of changed files, where the server does not tell its limit.
    private static let mostBytes = 1 << 30
    /// How many of the largest files an error names.
    private static let namedFiles = 5

    /// Makes the diff of a working copy. Blocks.
    ///
    /// - Parameter limit: bytes that the server takes; nil where it does not tell.
    /// - Throws: ``RepoError``, before anything large is read.
    public init(of copy: WorkingCopy, limit: Int?) throws(RepoError) {
        let most = limit.map { $0 > Int.max / Self.looksInto ? Int.max : $0 * Self.looksInto } ?? Self.mostBytes
        let git = UserGit(directory: copy.directory)
        let unknown = try Self.unknownFiles(git)
        try Self.check(unknown, in: copy, most: most, limit: limit)
        let folder: String
        do { folder = try ProgramRun.temporaryFolder() } catch { throw RepoError(error) }
        defer { ProgramRun.remove(folder) }
        let environment = try Self.ownIndex(git, in: folder)
        if !unknown.isEmpty {
            _ = try git.require(
                ["add", "--intent-to-add", "--pathspec-from-file=-", "--pathspec-file-nul"], environment: environment,
                input: Array(unknown.joined(separator: "\0").utf8), to: "list the files that it does not know")
        }
        let changed = try git.require(
            ["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules=dirty", copy.hash],
            environment: environment, to: "compare with \(copy.hash.prefix(12))")
        let names = changed.text.split(separator: "\0").map(String.init)
        try Self.check(names, in: copy, most: most, limit: limit)
        let path = folder + "/diff"
        if !names.isEmpty {
            _ = try git.require(
                [
                    "-c", "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false", "diff", "--binary", "--full-index",
                    "--find-renames", "--no-color", "--no-ext-diff", "--no-textconv", "--no-relative", "--unified=3",
                    "--src-prefix=a/", "--dst-prefix=b/", "--submodule=short", "--ignore-submodules=dirty", copy.hash,
                ], environment: environment, outputPath: path, to: "compare with \(copy.hash.prefix(12))")
        }
        var status = stat()
        let size = stat(path, &status) == 0 ? Int(status.st_size) : 0
        if let limit, size > limit {
            throw Self.tooLarge("are \(Self.sizeText(size)) as a diff", names, in: copy, limit: limit)
        }
        do {
            diff = size == 0 ? [] : Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw RepoError(.program, "'\(path)' cannot be read: \(error)")
        }
        hash = SHA256.hex(diff)
    }

    // MARK: Parts

    /// Files that are in no commit and that nothing leaves out. A repository inside the repository is not one.
    private static func unknownFiles(_ git: UserGit) throws(RepoError) -> [String] {
        let listed = try git.require(["ls-files", "-z", "--others", "--exclude-standard"], to: "list its files")
        let names = listed.text.split(separator: "\0").map(String.init).filter { !$0.hasSuffix("/") }
        var ignored = IgnoredByDstack(root: git.directory)
        var kept: [String] = []
        do {
            for name in names where try !ignored.contains(name) { kept.append(name) }
        } catch {
            throw RepoError(.unusable, "\(error)")
        }
        return kept
    }

    /// An index for git that is not the user's, and a place for objects.
    private static func ownIndex(_ git: UserGit, in folder: String) throws(RepoError) -> [String: String?] {
        let paths = try git.require(
            ["rev-parse", "--git-path", "index", "--git-path", "objects"], to: "tell where its files are")
        let lines = paths.text.split(separator: "\n").map { $0.hasPrefix("/") ? String($0) : git.directory + "/" + $0 }
        guard lines.count == 2 else { throw RepoError(.program, "\(git.directory): git tells no paths of its files") }
        do {
            if FileManager.default.fileExists(atPath: lines[0]) {
                try FileManager.default.copyItem(atPath: lines[0], toPath: folder + "/index")
                try keepTime(of: lines[0], on: folder + "/index")
            }
            try FileManager.default.createDirectory(atPath: folder + "/objects", withIntermediateDirectories: true)
        } catch {
            throw RepoError(.program, "\(git.directory): its index cannot be copied: \(error)")
        }
        return [
            "GIT_INDEX_FILE": folder + "/index", "GIT_OBJECT_DIRECTORY": folder + "/objects",
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": lines[1], "GIT_LITERAL_PATHSPECS": "1",
        ]
    }

    /// Git takes a file that changed in the moment in which the index was written for one to be looked into. A copy of
    /// the index that looks younger would hide that.
    private static func keepTime(of original: String, on copy: String) throws(RepoError) {
        var status = stat()
        guard stat(original, &status) == 0 else { return }
        let times = [status.st_mtim, status.st_mtim]
        guard utimensat(AT_FDCWD, copy, times, 0) == 0 else {
            throw RepoError(.program, "'\(copy)' cannot be given the index's time: \(String(cString: strerror(errno)))")
        }
    }

    private static func check(
        _ names: [String], in copy: WorkingCopy, most: Int, limit: Int?
    ) throws(RepoError) {
        let total = names.reduce(0) { $0 + size(of: $1, in: copy) }
        if total > most {
            throw tooLarge("are in files of \(sizeText(total))", names, in: copy, limit: limit ?? most)
        }
    }

    private static func size(of name: String, in copy: WorkingCopy) -> Int {
        var status = stat()
        // What is not there any more was deleted, which costs little.
        guard lstat(copy.directory + "/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return 0 }
        return Int(status.st_size)
    }

    private static func tooLarge(
        _ what: String, _ names: [String], in copy: WorkingCopy, limit: Int
    ) -> RepoError {
        let sizes = names.map { (name: $0, size: size(of: $0, in: copy)) }.sorted { $0.size > $1.size }
        let largest = sizes.prefix(namedFiles).map { "  \(sizeText($0.size))  \($0.name)" }.joined(separator: "\n")
        let more = sizes.count > namedFiles ? "\n  and \(sizes.count - namedFiles) more" : ""
        return RepoError(
            .tooLarge,
            "The changes of '\(copy.directory)' \(what); the server takes \(sizeText(limit)). The largest files:\n"
                + largest + more
                + "\nLeave files out with .gitignore or .dstackignore, commit and push them, or raise the server's"
                + " DSTACK_SERVER_CODE_UPLOAD_LIMIT.")
    }

    /// A size with a unit.
    static func sizeText(_ bytes: Int) -> String {
        var amount = Double(bytes)
        for unit in ["B", "KiB", "MiB"] {
            if amount < 1024 { return unit == "B" ? "\(bytes) B" : "\((amount * 10).rounded() / 10) \(unit)" }
            amount /= 1024
        }
        return "\((amount * 10).rounded() / 10) GiB"
    }
}

/// What the `.dstackignore` files of a repository leave out.
private struct IgnoredByDstack {
    private struct Folder {
        var rules: IgnoreRules
        var isIgnored: Bool
    }

    private let root: String
    private var folders: [String: Folder] = [:]

    init(root: String) {
        self.root = root
    }

    /// Whether a file, named from the root, is left out.
    mutating func contains(_ name: String) throws(FileArchiveError) -> Bool {
        let parent = name.lastIndex(of: "/").map { String(name[..<$0]) } ?? ""
        let folder = try folder(parent)
        return folder.isIgnored || folder.rules.ignores(root + "/" + name, isDirectory: false)
    }

    private mutating func folder(_ name: String) throws(FileArchiveError) -> Folder {
        if let known = folders[name] { return known }
        var folder = Folder(rules: IgnoreRules(fileNames: [".dstackignore"]), isIgnored: false)
        if name.isEmpty {
            try folder.rules.enter(root)
        } else {
            folder = try self.folder(name.lastIndex(of: "/").map { String(name[..<$0]) } ?? "")
            folder.isIgnored = folder.isIgnored || folder.rules.ignores(root + "/" + name, isDirectory: true)
            try folder.rules.enter(root + "/" + name)
        }
        folders[name] = folder
        return folder
    }
}
