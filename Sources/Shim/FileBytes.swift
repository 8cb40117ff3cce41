import Glibc

/// Small files, read and written whole by plain system calls. To be used on the loop's thread: the calls block.
enum FileBytes {
    /// The file's bytes, up to `limit` of them; nil where it cannot be read.
    static func read(_ path: String, limit: Int) -> [UInt8]? {
        try? contents(of: path, limit: limit)
    }

    /// The file's bytes, up to `limit` of them.
    static func contents(of path: String, limit: Int) throws(ShimError) -> [UInt8] {
        let descriptor = try ShimError.checking("open", path) { open(path, O_RDONLY | O_CLOEXEC) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while bytes.count < limit {
            let wanted = min(limit - bytes.count, 1 << 16)
            var piece = [UInt8](repeating: 0, count: wanted)
            let count = Glibc.read(descriptor, &piece, wanted)
            guard count >= 0 else { throw .system(call: "read", subject: path, errno: errno) }
            if count == 0 { break }
            bytes += piece.prefix(count)
        }
        return bytes
    }

    /// The last bytes of a file, up to `limit`; none where it cannot be read.
    static func tail(of path: String, limit: Int) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        _ = lseek(descriptor, max(0, size - off_t(limit)), SEEK_SET)
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = Glibc.read(descriptor, &bytes, limit)
        return Array(bytes.prefix(max(0, count)))
    }

    /// Writes into a file that exists, in one call: the files of cgroups take a value that way.
    static func put(_ text: String, into path: String) throws(ShimError) {
        let descriptor = try ShimError.checking("open", path) { open(path, O_WRONLY | O_CLOEXEC) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        let count = write(descriptor, bytes, bytes.count)
        guard count == bytes.count else { throw .system(call: "write", subject: path, errno: errno) }
    }

    /// Puts a file in place of the one at `path` in one step: a reader, or a shim started after a kill, sees the old
    /// bytes or the new ones. A crash of the machine may lose both, and with it go the processes that they tell of.
    static func replace(_ path: String, with bytes: [UInt8]) throws(ShimError) {
        let draft = path + ".new"
        let descriptor = try ShimError.checking("open", draft) {
            open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode_t(0o600))
        }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else {
                let number = count < 0 ? errno : ENOSPC
                close(descriptor)
                unlink(draft)
                throw .system(call: "write", subject: draft, errno: number)
            }
            written += count
        }
        close(descriptor)
        _ = try ShimError.checking("rename", path) { rename(draft, path) }
    }

    /// Writes a small file anew, in one call and on one page of it: whoever reads it, also after this program was killed,
    /// sees the old bytes or the new ones. Blanks stand where the old ones were longer.
    static func overwrite(_ path: String, with bytes: [UInt8]) throws(ShimError) {
        let descriptor = try ShimError.checking("open", path) {
            open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode_t(0o600))
        }
        defer { close(descriptor) }
        let old = Int(lseek(descriptor, 0, SEEK_END))
        guard max(old, bytes.count) <= 4096 else { return try replace(path, with: bytes) }
        let padded = bytes + [UInt8](repeating: UInt8(ascii: " "), count: max(0, old - bytes.count))
        var written = 0
        while written < padded.count {
            let count = padded[written...].withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress, $0.count, off_t(written))
            }
            guard count > 0 else {
                // Only a file that grows can meet a full disk: what was there before has its room.
                let number = count < 0 ? errno : ENOSPC
                if old == 0 { unlink(path) }
                throw .system(call: "write", subject: path, errno: number)
            }
            written += count
        }
    }

    /// The names in a directory, without `.` and `..`, sorted; none where it cannot be read.
    static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Makes a directory and those above it that are missing.
    static func makeDirectory(_ path: String, mode: mode_t = 0o755) throws(ShimError) {
        guard mkdir(path, mode) != 0, errno != EEXIST else { return }
        guard errno == ENOENT, let cut = path.lastIndex(of: "/"), cut != path.startIndex else {
            throw .system(call: "mkdir", subject: path, errno: errno)
        }
        try makeDirectory(String(path[..<cut]), mode: mode)
        guard mkdir(path, mode) == 0 || errno == EEXIST else {
            throw .system(call: "mkdir", subject: path, errno: errno)
        }
    }
}
