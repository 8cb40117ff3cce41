import Glibc

/// Directories that a job gets.
enum Folder {
    /// The names of what is in a directory, in no order.
    static func names(in path: String) throws(SystemError) -> [String] {
        guard let stream = opendir(path) else { throw SystemError("list '\(path)'") }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// Whom new files belong to.
    struct Owner: Equatable, Sendable {
        var uid: UInt32
        var gid: UInt32
        /// Without root, files belong to the runner's user and nothing is changed.
        var applies: Bool
    }

    /// Makes `path` and what is missing above it; what was there before keeps its owner and mode.
    ///
    /// - Parameter isOwn: whether `path` is for this job alone, and becomes its user's where it is there already.
    static func make(
        _ path: String, _ owner: Owner, mode: mode_t = 0o755, isOwn: Bool = false
    ) throws(SystemError) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw SystemError("make directory '\(path)'", code: ENOTDIR)
            }
            if isOwn, owner.applies, chown(path, owner.uid, owner.gid) != 0 {
                throw SystemError("give '\(path)' to its job")
            }
            return
        }
        let parent = JobPath.split(path).parent
        if parent != path { try make(parent, owner, mode: mode) }
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw SystemError("make directory '\(path)'") }
        if owner.applies, chown(path, owner.uid, owner.gid) != 0 { throw SystemError("give '\(path)' to its job") }
    }
}
