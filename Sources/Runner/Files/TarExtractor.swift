import Glibc

/// Unpacks a tar archive into a directory, and nowhere else.
///
/// Refused, with nothing more unpacked: an absolute path, a path or a link's target that leaves the tree, an entry below
/// a link, and what is neither file, directory nor link.
struct TarExtractor {
    /// An absolute directory that exists.
    let root: String
    let owner: Folder.Owner
    /// What the first part of every path becomes: the official client packs `some/dir` as `dir/…`, whatever name it
    /// gets in the job. What bore the new name before is removed. Nil keeps the paths.
    let rename: String?

    func extract(_ archive: String) throws {
        let descriptor = open(archive, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open '\(archive)'") }
        defer { close(descriptor) }
        let folder = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw SystemError("open '\(root)'") }
        defer { close(folder) }
        if let rename { try FileTree.remove(rename, in: folder) }
        var reader = TarReader { buffer in
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            guard count >= 0 else { throw SystemError("read '\(archive)'") }
            return count
        }
        // Directories get their mode last: a read-only one must still be filled.
        var directories: [(parts: [String], mode: UInt32)] = []
        while let entry = try reader.next() {
            let parts = try parts(of: entry.path)
            // The root itself, which the archive of a directory begins with.
            if parts.isEmpty { continue }
            if entry.kind == .directory { directories.append((parts, entry.mode)) }
            try place(entry, parts, in: folder, &reader)
        }
        for (parts, mode) in directories.reversed() { try setMode(mode, of: parts, in: folder) }
    }

    /// The parts of an entry's path below the root.
    private func parts(of path: String) throws(JobFailure) -> [String] {
        guard !path.hasPrefix("/") else { throw JobFailure("the archive has an absolute path '\(path)'") }
        var parts = path.split(separator: "/").filter { $0 != "." }.map(String.init)
        guard !parts.contains("..") else { throw JobFailure("the archive has a path '\(path)' that leaves its tree") }
        if let rename, !parts.isEmpty { parts[0] = rename }
        return parts
    }

    private func place(_ entry: TarEntry, _ parts: [String], in folder: Int32, _ reader: inout TarReader) throws {
        let parent = try openParent(parts, in: folder)
        defer { close(parent) }
        let name = parts[parts.count - 1]
        switch entry.kind {
        case .directory:
            if mkdirat(parent, name, 0o755) != 0 {
                guard errno == EEXIST, FileTree.isDirectory(name, in: parent) else {
                    throw SystemError("make directory '\(entry.path)'")
                }
            }
            try give(name, in: parent)
        case .file:
            try FileTree.remove(name, in: parent)
            try write(entry, name, in: parent, &reader)
        case .link(let target):
            try check(target, of: entry.path, at: parts)
            try FileTree.remove(name, in: parent)
            guard symlinkat(target, parent, name) == 0 else { throw SystemError("make link '\(entry.path)'") }
            try give(name, in: parent)
        case .hardLink(let target):
            let targetParts = try self.parts(of: target)
            guard !targetParts.isEmpty else { throw JobFailure("the archive has a link '\(entry.path)' to nothing") }
            let targetParent = try openParent(targetParts, in: folder)
            defer { close(targetParent) }
            try FileTree.remove(name, in: parent)
            guard linkat(targetParent, targetParts[targetParts.count - 1], parent, name, 0) == 0 else {
                throw SystemError("link '\(entry.path)' to '\(target)'")
            }
        case .other(let type):
            throw JobFailure("the archive has '\(entry.path)' of type '\(type)', which is neither file nor link")
        }
    }

    private func write(_ entry: TarEntry, _ name: String, in parent: Int32, _ reader: inout TarReader) throws {
        let file = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SystemError("create '\(entry.path)'") }
        defer { close(file) }
        try withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { buffer in
            while let count = try reader.read(buffer) {
                var rest = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                while rest.count > 0 {
                    let done = Glibc.write(file, rest.baseAddress, rest.count)
                    guard done > 0 else { throw SystemError("write '\(entry.path)'") }
                    rest = UnsafeRawBufferPointer(rebasing: rest[done...])
                }
            }
        }
        try give(name, in: parent)
        // After the owner, whose change takes set-id bits away; those are not for archives to grant anyway.
        guard fchmod(file, mode_t(entry.mode & 0o777)) == 0 else { throw SystemError("set mode of '\(entry.path)'") }
        let times = [
            timespec(tv_sec: Int(entry.modified), tv_nsec: 0), timespec(tv_sec: Int(entry.modified), tv_nsec: 0),
        ]
        guard futimens(file, times) == 0 else { throw SystemError("set time of '\(entry.path)'") }
    }

    /// Opens the directory of an entry, making what is missing; never through a link.
    private func openParent(_ parts: [String], in folder: Int32) throws -> Int32 {
        var current = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        for part in parts.dropLast() {
            if mkdirat(current, part, 0o755) == 0 { try give(part, in: current) }
            let next = openat(current, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            let code = errno
            close(current)
            guard next >= 0 else {
                throw code == ELOOP || code == ENOTDIR
                    ? JobFailure("the archive has an entry below '\(part)', which is not a directory")
                    : SystemError("open '\(part)'", code: code)
            }
            current = next
        }
        return current
    }

    /// A link may point only into the tree: what it names, from where it lies, must not climb above the tree's top.
    private func check(_ target: String, of path: String, at parts: [String]) throws(JobFailure) {
        guard !target.hasPrefix("/") else {
            throw JobFailure("the archive has a link '\(path)' to the absolute path '\(target)'")
        }
        // With a new name the tree is what bears it; else it is the root.
        let top = rename == nil ? 0 : 1
        var depth = parts.count - 1
        for part in target.split(separator: "/") where part != "." {
            depth += part == ".." ? -1 : 1
            guard depth >= min(top, parts.count - 1) else {
                throw JobFailure("the archive has a link '\(path)' to '\(target)', outside its tree")
            }
        }
    }

    private func setMode(_ mode: UInt32, of parts: [String], in folder: Int32) throws {
        let parent = try openParent(parts, in: folder)
        defer { close(parent) }
        let name = parts[parts.count - 1]
        guard FileTree.isDirectory(name, in: parent) else { return }
        guard fchmodat(parent, name, mode_t(mode & 0o777), 0) == 0 else { throw SystemError("set mode of '\(name)'") }
    }

    private func give(_ name: String, in parent: Int32) throws(SystemError) {
        guard owner.applies else { return }
        guard fchownat(parent, name, owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW) == 0 else {
            throw SystemError("give '\(name)' to its job")
        }
    }
}
