import Glibc

/// Files and directories by their name in an open directory; links are never followed.
enum FileTree {
    static func isDirectory(_ name: String, in parent: Int32) -> Bool {
        var status = stat()
        return fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Removes a file, or a directory with all that is in it; nothing where there is none.
    static func remove(_ name: String, in parent: Int32) throws(SystemError) {
        if unlinkat(parent, name, 0) == 0 || errno == ENOENT { return }
        guard isDirectory(name, in: parent) else { throw SystemError("remove '\(name)'") }
        let folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { throw SystemError("open '\(name)'") }
        guard let stream = fdopendir(folder) else {
            close(folder)
            throw SystemError("list '\(name)'")
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let child = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if child != "." && child != ".." { try remove(child, in: dirfd(stream)) }
        }
        guard unlinkat(parent, name, AT_REMOVEDIR) == 0 else { throw SystemError("remove '\(name)'") }
    }
}
