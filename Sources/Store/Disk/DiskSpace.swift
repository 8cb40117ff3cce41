import CLinux
import Foundation
import Synchronization

/// Room on the server's disk: refuses what grows while there is too little, and keeps a reserve for checkpoints.
///
/// The reserve is of two parts, since a job that fills the disk takes at once what is merely free.
/// 1. Room that the database's own files hold beyond their ends (`fallocate`): 6 MiB of the write-ahead log, which SQLite
///    empties into the database at 4 MB and then fills again from its beginning, and 1 MiB of the database. The end of a
///    run takes some 300 kB of the log, which are there again once it is emptied, and a few kB of the database for good,
///    mostly events: hundreds of runs can be ended without a free byte.
/// 2. A file of 8 MiB, for what the first part does not serve: a start on a full disk, since a server that stops leaves no
///    log behind, and a checkpoint that the first part has no room for. Its room is handed to the files of the first part
///    piece by piece.
public final class DiskSpace: Sendable {
    /// What is told once, when it changes.
    public enum Report: Sendable, Equatable {
        case full(String)
        case room(String)
    }

    private struct State {
        var gauge = DiskGauge()
        var reserve: Int32 = -1
        /// Held open: closing any descriptor of the database's file gives up SQLite's own locks on it.
        var database: Int32 = -1
    }

    /// Below this the database may not find room for its log and the log's index when it is opened.
    private static let openingRoom: Int64 = 1 << 20
    private static let indexRoom: Int64 = 64 << 10
    /// What is taken from the reserve at once: so much at most is free for a moment.
    private static let piece: Int64 = 128 << 10

    private let directory: String
    private let reservePath: String
    private let databasePath: String
    private let look: @Sendable (String) -> DiskLook?
    private let report: @Sendable (Report) -> Void
    private let state = Mutex(State())

    /// Takes the reserve, or finds the one of an earlier start.
    ///
    /// - Parameters:
    ///   - directory: the server's; its file system is what counts.
    ///   - reserve: path of the reserve's file, on the same file system.
    ///   - database: path of the database's file.
    ///   - report: told when the disk becomes full, and when there is room again.
    public init(
        directory: String, reserve: String, database: String,
        look: @escaping @Sendable (String) -> DiskLook? = { DiskLook(path: $0) },
        report: @escaping @Sendable (Report) -> Void
    ) {
        self.directory = directory
        reservePath = reserve
        databasePath = database
        self.look = look
        self.report = report
        watch()
    }

    deinit {
        state.withLock { state in
            for descriptor in [state.reserve, state.database] where descriptor >= 0 { close(descriptor) }
        }
    }

    /// Looks at the disk: makes the reserve whole where there is room for it, and reports a change.
    public func watch() {
        guard let look = look(directory) else { return }
        let change: Report? = state.withLock { state in
            restore(&state, look)
            if state.database >= 0, state.gauge.holdsReserve, look.free >= state.gauge.needed(look) {
                secure(state, look)
            }
            // What the reserve took is no longer free.
            guard state.gauge.take(self.look(directory) ?? look) else { return nil }
            return state.gauge.isFull
                ? .full(
                    "the disk of the server is full: \(left(look)); until there is room, new runs and uploads"
                        + " are refused, job logs wait, and checkpoints use a reserve")
                : .room("the disk of the server has room again: \(left(look))")
        }
        if let change { report(change) }
    }

    /// - Parameters:
    ///   - what: what is to be kept, for the message: "a new run".
    ///   - bytes: what it takes.
    /// - Throws: `StoreError.full` in words for the user.
    public func requireRoom(for what: String, bytes: Int = 0) throws(StoreError) {
        watch()
        guard let look = look(directory) else { return }
        let gauge = state.withLock { $0.gauge }
        guard gauge.isFull || look.free < gauge.needed(look) + Int64(bytes) else { return }
        throw .full(
            "'\(directory)' has \(Self.text(look.free)) free, and \(what) needs"
                + " \(Self.text(gauge.needed(look) + Int64(bytes))); free space there and try again")
    }

    /// Whether there is too little room for anything to grow but logs.
    public var isFull: Bool {
        watch()
        return state.withLock { $0.gauge.isFull }
    }

    /// Whether job logs may grow.
    public var keepsLogs: Bool {
        guard let look = look(directory) else { return true }
        return state.withLock { $0.gauge.keepsLogs(look) }
    }

    /// Gives the reserve to the database, whose write met the full disk.
    ///
    /// - Returns: false where there is none any more.
    func release() -> Bool {
        let isReleased = state.withLock { state in
            if !state.gauge.holdsReserve { return false }
            hand(over: &state)
            return true
        }
        watch()
        return isReleased
    }

    /// Gives the reserve to the files of a database that could not even be opened without it. Nobody has it open.
    func makeRoomToOpen() {
        guard let look = look(directory), look.free < Self.openingRoom else { return }
        let isReleased = state.withLock { state in
            if !state.gauge.holdsReserve { return false }
            // SQLite makes these two anew, and grows into what they have claimed. An index that is there would be cut first.
            unlink(databasePath + "-shm")
            for (name, bytes) in [("-shm", Self.indexRoom), ("-wal", 0)] {
                let file = open(databasePath + name, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
                if file < 0 { continue }
                Self.move(bytes, from: state.reserve, beyond: file)
                close(file)
            }
            hand(over: &state)
            return true
        }
        if isReleased { watch() }
    }

    /// Takes the reserve's first part, once the database is open.
    func databaseIsOpen() {
        state.withLock { state in
            if state.database < 0 { state.database = open(databasePath, O_RDWR | O_CLOEXEC) }
        }
        watch()
    }

    // MARK: Files

    private func restore(_ state: inout State, _ look: DiskLook) {
        if state.reserve < 0 {
            state.reserve = open(reservePath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            if state.reserve < 0 { return }
            state.gauge.holdsReserve = lseek(state.reserve, 0, SEEK_END) >= off_t(DiskGauge.reserve(look))
        }
        guard state.gauge.canRestore(look) else { return }
        if posix_fallocate(state.reserve, 0, off_t(DiskGauge.reserve(look))) == 0 {
            state.gauge.holdsReserve = true
        } else {
            // Somebody was faster: a part would look like the whole at the next start.
            _ = ftruncate(state.reserve, 0)
        }
    }

    private func secure(_ state: State, _ look: DiskLook) {
        let reserve = DiskGauge.reserve(look)
        var status = stat()
        let log = open(databasePath + "-wal", O_RDWR | O_CLOEXEC)
        if log >= 0 {
            if fstat(log, &status) == 0, Int64(status.st_blocks) * 512 < reserve / 4 * 3 {
                _ = clinux_claim(log, 0, Int(reserve / 4 * 3))
            }
            close(log)
        }
        if fstat(state.database, &status) == 0, Int64(status.st_blocks) * 512 - Int64(status.st_size) < reserve / 16 {
            _ = clinux_claim(state.database, status.st_size, Int(reserve / 8))
        }
    }

    private func hand(over state: inout State) {
        let size = Int64(lseek(state.reserve, 0, SEEK_END))
        let log = open(databasePath + "-wal", O_RDWR | O_CLOEXEC)
        if log >= 0 {
            Self.move(size / 4 * 3, from: state.reserve, beyond: log)
            close(log)
        }
        if state.database < 0 { state.database = open(databasePath, O_RDWR | O_CLOEXEC) }
        if state.database >= 0 { Self.move(size / 8, from: state.reserve, beyond: state.database) }
        _ = ftruncate(state.reserve, 0)
        state.gauge.holdsReserve = false
    }

    /// Takes room of the reserve for what lies beyond the end of a file, which stays where it is. Where the file system
    /// cannot, the room is free.
    private static func move(_ bytes: Int64, from reserve: Int32, beyond file: Int32) {
        let end = Int64(lseek(file, 0, SEEK_END))
        var left = Int64(lseek(reserve, 0, SEEK_END))
        guard end >= 0 else { return }
        for offset in stride(from: 0, to: bytes, by: Int64.Stride(piece)) where left > 0 {
            left = max(0, left - piece)
            _ = ftruncate(reserve, off_t(left))
            _ = clinux_claim(file, Int(end + offset), Int(min(piece, bytes - offset)))
        }
    }

    // MARK: Words

    private func left(_ look: DiskLook) -> String {
        "'\(directory)' has \(Self.text(look.free)) free of \(Self.text(look.total))"
    }

    /// A size as people read it: `1.5 MB`.
    static func text(_ bytes: Int64) -> String {
        if bytes < 1 << 20 { return "\(max(0, bytes) >> 10) kB" }
        let tenths = (bytes * 10) >> 20
        return tenths >= 1000 || tenths % 10 == 0 ? "\(tenths / 10) MB" : "\(tenths / 10).\(tenths % 10) MB"
    }
}
