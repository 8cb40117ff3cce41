import Foundation
import Synchronization
import Wire

/// Logs in append-only files, one folder for each run: `PROJECT/RUN/JOB.job.log`, and `.index` beside it.
///
/// File work runs on threads of its own, one for appending and some for reading, never on the caller's. A log's files
/// are made with its first byte.
public final class FileLogStore: LogSink {
    private struct OpenFiles {
        var files: [LogName: LogFile] = [:]
        var uses = 0
    }

    private struct State {
        /// Bytes in each log that is open for appending.
        var lengths: [LogName: Int64] = [:]
        var watchers: [LogName: [Int: AsyncStream<Int64>.Continuation]] = [:]
        var watcherCount = 0
    }

    private static let openLimit = 256
    private let directory: String
    private let space: DiskSpace?
    /// Held only on the appending thread, over file work.
    private let open = Mutex(OpenFiles())
    /// Held for moments, anywhere.
    private let state = Mutex(State())
    private let appending = SerialThread(name: "logs.append")
    private let reading = DispatchQueue(label: "dstack.logs.read", attributes: .concurrent)

    /// - Parameters:
    ///   - directory: made where it is not there.
    ///   - space: what tells that there is no room for logs; nil means that there always is.
    public init(directory: String, space: DiskSpace? = nil) {
        self.directory = directory
        self.space = space
    }

    public func length(of log: LogName) async throws -> Int64 {
        if let length = state.withLock({ $0.lengths[log] }) { return length }
        return try await appending.run { [self] in
            if let length = state.withLock({ $0.lengths[log] }) { return length }
            return try LogFile.length(path: path(of: log))
        }
    }

    public func append(_ bytes: [UInt8], at offset: Int64, time: Timestamp, to log: LogName) async throws -> Int64 {
        try await appending.run { [self] in
            if space?.keepsLogs == false { throw LogError.full("the disk of the server is full: logs wait") }
            let length = try withFile(log) { file in
                if file.length == offset { try file.append(bytes, time: time) }
                return file.length
            }
            let watchers = state.withLock { state in
                state.lengths[log] = length
                return state.watchers[log].map { Array($0.values) } ?? []
            }
            for watcher in watchers { watcher.yield(length) }
            return length
        }
    }

    public func sync(_ log: LogName) async throws {
        // What is not open has nothing that was not synced.
        if state.withLock({ $0.lengths[log] == nil }) { return }
        try await appending.run { [self] in try open.withLock { try $0.files[log]?.sync() } }
    }

    public func close(_ log: LogName) async {
        appending.async { [self] in
            open.withLock { $0.files.removeValue(forKey: log)?.close() }
            let watchers = state.withLock { state in
                state.lengths[log] = nil
                return state.watchers.removeValue(forKey: log).map { Array($0.values) } ?? []
            }
            for watcher in watchers { watcher.finish() }
        }
    }

    /// Lengths of a log as it grows; ends when the log is closed. Only the newest is held for a slow reader.
    public func changes(of log: LogName) -> AsyncStream<Int64> {
        let (stream, continuation) = AsyncStream.makeStream(of: Int64.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.watcherCount += 1
            state.watchers[log, default: [:]][state.watcherCount] = continuation
            return state.watcherCount
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in
                state.watchers[log]?[number] = nil
                if state.watchers[log]?.isEmpty == true { state.watchers[log] = nil }
            }
        }
        return stream
    }

    /// Bytes from `offset` on, at most `limit`; empty at the end, and where there is no log.
    public func read(_ log: LogName, from offset: Int64, limit: Int) async throws -> [UInt8] {
        let path = path(of: log)
        return try await on(reading) {
            guard access(path, F_OK) == 0 else { return [] }
            let file = try FileDescriptor(path: path, flags: O_RDONLY)
            defer { file.close() }
            let available = max(0, try file.size() - offset)
            return try file.read(at: offset, count: Int(min(Int64(limit), available)))
        }
    }

    /// The index of a log, in order: positions and when their bytes came.
    public func index(of log: LogName) async throws -> [LogIndexRecord] {
        let path = path(of: log) + ".index"
        return try await on(reading) {
            guard access(path, F_OK) == 0 else { return [] }
            let file = try FileDescriptor(path: path, flags: O_RDONLY)
            defer { file.close() }
            let bytes = try file.read(at: 0, count: Int(try file.size()))
            return stride(from: 0, to: bytes.count - bytes.count % LogFile.recordSize, by: LogFile.recordSize).map {
                let (offset, time) = LogFile.parse(bytes[$0..<($0 + LogFile.recordSize)])
                return LogIndexRecord(offset: offset, time: Timestamp(microseconds: time))
            }
        }
    }

    /// Deletes the logs of a run.
    public func delete(projectID: String, runID: String) async throws {
        let folder = "\(directory)/\(projectID)/\(runID)"
        try await appending.run {
            let manager = FileManager.default
            if manager.fileExists(atPath: folder) { try manager.removeItem(atPath: folder) }
        }
    }

    private func path(of log: LogName) -> String {
        "\(directory)/\(log.projectID)/\(log.runID)/\(log.jobID).\(log.kind.rawValue).log"
    }

    private func on<Value: Sendable>(
        _ queue: DispatchQueue, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }

    /// Runs on the appending thread.
    private func withFile<Value>(_ log: LogName, _ body: (inout LogFile) throws -> Value) throws -> Value {
        try open.withLock { open in
            open.uses += 1
            var file = try open.files[log] ?? LogFile(path: path(of: log))
            file.lastUse = open.uses
            defer { open.files[log] = file }
            if open.files.count >= Self.openLimit, open.files[log] == nil,
                let oldest = open.files.min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                var oldestFile = oldest.value
                try oldestFile.sync()
                oldestFile.close()
                open.files[oldest.key] = nil
                state.withLock { $0.lengths[oldest.key] = nil }
            }
            return try body(&file)
        }
    }
}

/// When the bytes from a position on came.
public struct LogIndexRecord: Sendable, Equatable {
    public let offset: Int64
    public let time: Timestamp
}
