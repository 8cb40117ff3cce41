import Foundation

/// An open file and the few calls that logs need, with errors that name the file.
struct FileDescriptor: Sendable {
    let number: Int32
    let path: String

    init(path: String, flags: Int32) throws(LogError) {
        let number = open(path, flags | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw Self.error("open", path) }
        self.number = number
        self.path = path
    }

    static func makeDirectory(_ path: String) throws(LogError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw LogError(0, "The log directory '\(path)' cannot be made: \(error.localizedDescription)")
        }
    }

    func size() throws(LogError) -> Int64 {
        let end = lseek(number, 0, SEEK_END)
        guard end >= 0 else { throw Self.error("measure", path) }
        return Int64(end)
    }

    func write(_ bytes: [UInt8]) throws(LogError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Foundation.write(number, buffer.baseAddress?.advanced(by: done), buffer.count - done)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.error("write", path)
            }
            done += count
        }
    }

    /// Up to `count` bytes from `offset`; fewer at the end of the file.
    func read(at offset: Int64, count: Int) throws(LogError) -> [UInt8] {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = 0
            while filled < count {
                let got = pread(
                    number, buffer.baseAddress?.advanced(by: filled), count - filled, off_t(offset) + filled)
                if got < 0 {
                    if errno == EINTR { continue }
                    failed = true
                    return
                }
                if got == 0 { return }
                filled += got
            }
        }
        if failed { throw Self.error("read", path) }
        return bytes
    }

    func truncate(to length: Int64) throws(LogError) {
        guard ftruncate(number, off_t(length)) == 0 else { throw Self.error("cut", path) }
    }

    func sync() throws(LogError) {
        guard fdatasync(number) == 0 else { throw Self.error("sync", path) }
    }

    func close() { _ = Foundation.close(number) }

    private static func error(_ verb: String, _ path: String) -> LogError {
        let code = errno
        return LogError(code, "Cannot \(verb) the log '\(path)': \(String(cString: strerror(code)))")
    }
}
