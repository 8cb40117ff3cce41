#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the file system says of a path, links not followed.
struct FileStatus: Equatable {
    enum Kind: Equatable {
        case file, directory, link, other
    }

    var kind: Kind
    /// The permission bits.
    var mode: UInt32
    /// Bytes.
    var size: Int64
    /// Seconds since the epoch.
    var modified: Int64

    init(path: String) throws(FileArchiveError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            throw Self.error(path)
        }
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFLNK: .link
            default: .other
            }
        mode = UInt32(status.st_mode) & 0o7777
        size = Int64(status.st_size)
        modified = Int64(status.st_mtim.tv_sec)
    }

    /// The content of a file of a known size.
    static func read(_ path: String, size: Int64) throws(FileArchiveError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw error(path)
        }
        defer {
            close(descriptor)
        }
        guard let length = Int(exactly: size) else {
            throw FileArchiveError(path: path, problem: .tooLong)
        }
        var failure: Int32 = 0
        let content = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            while count < length {
                let got = Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), length - count)
                if got < 0, errno == EINTR {
                    continue
                }
                guard got > 0 else {
                    failure = got < 0 ? errno : 0
                    return
                }
                count += got
            }
        }
        guard failure == 0 else {
            throw FileArchiveError(path: path, problem: .unreadable(PosixText.of(failure)))
        }
        guard content.count == length else {
            throw FileArchiveError(path: path, problem: .changedWhileRead)
        }
        return content
    }

    /// What a link says.
    static func linkTarget(_ path: String) throws(FileArchiveError) -> String {
        // The force-unwrap below is safe: a buffer that is not empty has an address.
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = buffer.withUnsafeMutableBytes { bytes in
            readlink(path, bytes.bindMemory(to: CChar.self).baseAddress!, bytes.count)
        }
        guard length >= 0 else {
            throw error(path)
        }
        return String(decoding: buffer.prefix(length), as: UTF8.self)
    }

    /// The path that a link leads to in the end.
    static func resolved(_ path: String) throws(FileArchiveError) -> String {
        guard let real = realpath(path, nil) else {
            throw error(path)
        }
        defer {
            free(real)
        }
        return String(cString: real)
    }

    static func error(_ path: String) -> FileArchiveError {
        errno == ENOENT
            ? FileArchiveError(path: path, problem: .missing)
            : FileArchiveError(path: path, problem: .unreadable(PosixText.of(errno)))
    }
}

/// The system's words for an error number.
enum PosixText {
    static func of(_ code: Int32) -> String {
        strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }
}
