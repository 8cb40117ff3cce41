import Foundation
import Wire

/// The two files of one log, open for appending: the bytes, and a sparse index of when they came.
///
/// An index record is 16 bytes, big endian: the offset of a byte and the microseconds since the epoch when the
/// agent saw it. Bytes between two records came between their times.
struct LogFile {
    static let recordSize = 16
    /// A new record is written when this many bytes or microseconds passed since the last one.
    static let recordBytes: Int64 = 64 * 1024
    static let recordMicroseconds: Int64 = 20_000

    private let bytes: FileDescriptor
    private let index: FileDescriptor
    private(set) var length: Int64
    private var lastRecord: (offset: Int64, time: Int64)?
    private var isDirty = false
    /// When the file was used last, as a count of uses.
    var lastUse = 0

    /// Opens or creates the files of a log.
    init(path: String) throws(LogError) {
        // One call where the project has logs already.
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
        if mkdir(folder, 0o700) != 0, errno != EEXIST {
            guard errno == ENOENT else { throw LogError.unmade(folder, errno) }
            try FileDescriptor.makeDirectory(folder)
        }
        bytes = try FileDescriptor(path: path, flags: O_RDWR | O_CREAT | O_APPEND)
        do {
            index = try FileDescriptor(path: path + ".index", flags: O_RDWR | O_CREAT | O_APPEND)
            length = try bytes.size()
        } catch {
            bytes.close()
            throw error
        }
    }

    /// Bytes in a log; none where there is none.
    static func length(path: String) throws(LogError) -> Int64 {
        guard access(path, F_OK) == 0 else { return 0 }
        let file = try FileDescriptor(path: path, flags: O_RDONLY)
        defer { file.close() }
        return try file.size()
    }

    mutating func append(_ piece: [UInt8], time: Timestamp) throws(LogError) {
        let isDue =
            lastRecord.map { last in
                length - last.offset >= Self.recordBytes || time.microseconds - last.time >= Self.recordMicroseconds
            } ?? true
        if isDue {
            do {
                try index.write(Self.record(offset: length, time: time.microseconds))
            } catch {
                // A part of a record would shift those after it.
                let size = try index.size()
                try index.truncate(to: size - size % Int64(Self.recordSize))
                throw error
            }
            lastRecord = (length, time.microseconds)
        }
        do {
            try bytes.write(piece)
        } catch {
            // A piece is kept whole or not at all, so that a later one starts where this one would have.
            try bytes.truncate(to: length)
            throw error
        }
        length += Int64(piece.count)
        isDirty = true
    }

    mutating func sync() throws(LogError) {
        guard isDirty else { return }
        try bytes.sync()
        isDirty = false
    }

    func close() {
        bytes.close()
        index.close()
    }

    static func record(offset: Int64, time: Int64) -> [UInt8] {
        [offset, time].flatMap { value in (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * Int64($0))) } }
    }

    static func parse(_ record: ArraySlice<UInt8>) -> (offset: Int64, time: Int64) {
        let numbers = record.reduce(into: (high: UInt64(0), low: UInt64(0), count: 0)) { sum, byte in
            if sum.count < 8 { sum.high = sum.high << 8 | UInt64(byte) } else { sum.low = sum.low << 8 | UInt64(byte) }
            sum.count += 1
        }
        return (Int64(bitPattern: numbers.high), Int64(bitPattern: numbers.low))
    }
}
