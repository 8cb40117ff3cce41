import Glibc
import NIOCore
import Synchronization

/// One log on disk: its bytes in an append-only file, and an index of when which byte came.
///
/// The writer appends bytes and records; readers read at any offset, all on the same descriptors. The files are made
/// with the first byte, since many a job says nothing, and stay until the job's directory is removed.
final class LogFiles: Sendable {
    private struct Descriptors {
        let data: Int32
        let index: Int32
    }

    private let path: String
    private let descriptors = Mutex<Descriptors?>(nil)

    /// A log in `directory`.
    init(_ kind: LogKind, in directory: String) {
        path = "\(directory)/\(kind.fileName)"
    }

    deinit {
        descriptors.withLock { descriptors in
            guard let descriptors else { return }
            close(descriptors.data)
            close(descriptors.index)
        }
    }

    private func opened() throws(SystemError) -> Descriptors {
        let result: Result<Descriptors, SystemError> = descriptors.withLock { descriptors in
            if let descriptors { return .success(descriptors) }
            do throws(SystemError) {
                let data = try Self.open(path)
                do throws(SystemError) {
                    let new = Descriptors(data: data, index: try Self.open(path + ".index"))
                    descriptors = new
                    return .success(new)
                } catch {
                    // This is tried again, for as long as the disk is full.
                    close(data)
                    throw error
                }
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func open(_ path: String) throws(SystemError) -> Int32 {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError("open '\(path)'") }
        return descriptor
    }

    /// Appends all of `bytes`, or nothing.
    func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        try Self.writeAll(bytes, to: try opened().data, path)
    }

    /// Takes back what was appended last.
    func cut(_ count: Int) throws(SystemError) {
        let data = try opened().data
        let end = lseek(data, 0, SEEK_END)
        guard end >= off_t(count), ftruncate(data, end - off_t(count)) == 0 else { throw SystemError("cut '\(path)'") }
    }

    /// Appends one record to the index, or nothing.
    func append(_ record: LogRecord) throws(SystemError) {
        var failure: SystemError?
        let index = try opened().index
        withUnsafeBytes(of: record) { bytes in
            do throws(SystemError) { try Self.writeAll(bytes, to: index, path + ".index") } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private static func writeAll(
        _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String
    ) throws(SystemError) {
        var rest = bytes
        while rest.count > 0 {
            let count = write(descriptor, rest.baseAddress, rest.count)
            if count > 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } else if errno != EINTR {
                let error = SystemError("write '\(path)'")
                // A part would shift what comes after it.
                let end = lseek(descriptor, 0, SEEK_END)
                if rest.count < bytes.count, end >= 0 {
                    _ = ftruncate(descriptor, end - off_t(bytes.count - rest.count))
                }
                throw error
            }
        }
    }

    /// Reads `count` bytes from `offset` on into `buffer`; the caller knows that they are there.
    func read(_ count: Int, at offset: Int64, into buffer: inout ByteBuffer) throws(SystemError) {
        let data = try opened().data
        var done = 0
        while done < count {
            let got = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count - done) { space in
                max(0, pread(data, space.baseAddress, min(space.count, count - done), off_t(offset) + done))
            }
            guard got > 0 else { throw SystemError("read '\(path)'") }
            done += got
        }
    }

    /// Fills `buffer` with the bytes from `offset` on; the caller knows that they are there.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(SystemError) {
        let data = try opened().data
        var done = 0
        while done < buffer.count {
            let got = pread(data, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(offset) + done)
            guard got > 0 else { throw SystemError("read '\(path)'") }
            done += got
        }
    }

    /// The record of that number, counted from 0.
    func record(_ number: Int) throws(SystemError) -> LogRecord {
        let index = try opened().index
        var record = LogRecord(offset: 0, microseconds: 0, stamp: 0)
        let size = MemoryLayout<LogRecord>.size
        let count = withUnsafeMutableBytes(of: &record) { pread(index, $0.baseAddress, size, off_t(number * size)) }
        guard count == size else { throw SystemError("read '\(path).index'") }
        return record
    }
}

/// An entry of a log's index: from `offset` on, up to the next entry's, bytes came at that time.
struct LogRecord: Equatable, Sendable {
    var offset: Int64
    /// Wall clock, microseconds since the epoch.
    var microseconds: Int64
    /// Milliseconds since the epoch, made unique and increasing over all logs and states: what `/api/pull` pages by.
    var stamp: Int64
}
