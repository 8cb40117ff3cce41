/// A file or directory packed for a run: a tar file under the directory's own name, and its hash.
///
/// What `.gitignore`, `.ignore` and `.dstackignore` exclude, here or further up, is left out, and so is `.git`.
/// A link to a place inside stays a link, made relative; one that leads outside becomes the file it leads to.
/// The same content gives the same bytes. Building one blocks: call from a thread that may.
public struct FileArchiveFile: Sendable, Equatable {
    /// The archive.
    public let tar: [UInt8]
    /// The SHA-256 of the archive, in hex.
    public let hash: String

    /// Packs what is at an absolute path. Throws ``FileArchiveError``.
    public init(path root: String) throws(FileArchiveError) {
        var writer = TarWriter()
        let parent = root.lastIndex(of: "/").map { String(root[...$0]) } ?? ""
        for path in try FileTree.paths(under: root) {
            let name = String(path.dropFirst(parent.count))
            try Self.add(path, as: name, root: root, to: &writer)
        }
        tar = writer.finish()
        hash = SHA256.hex(tar)
    }

    private static func add(
        _ path: String, as name: String, root: String, to writer: inout TarWriter
    ) throws(FileArchiveError) {
        let status = try FileStatus(path: path)
        switch status.kind {
        case .directory:
            try writer.add(name, .directory, status)
        case .file:
            try writer.add(name, .file(try FileStatus.read(path, size: status.size)), status)
        case .link:
            let target = try FileStatus.linkTarget(path)
            let directory = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
            let full = PathText.normalized(target.hasPrefix("/") ? target : directory + "/" + target)
            if full == root || full.hasPrefix(root + "/") {
                try writer.add(name, .link(PathText.relative(full, to: directory)), status)
                return
            }
            let real = try FileStatus.resolved(path)
            let realStatus = try FileStatus(path: real)
            if case .file = realStatus.kind {
                try writer.add(name, .file(try FileStatus.read(real, size: realStatus.size)), realStatus)
            } else if case .directory = realStatus.kind {
                try writer.add(name, .directory, realStatus)
            }
        case .other:
            break  // Sockets, pipes and devices have no content to send.
        }
    }
}
