import CLinux
import Foundation
import Synchronization

/// Room on the server's disk: refuses what grows while there is too little, and keeps a reserve for checkpoints.
///
/// The reserve is a file of 8 MiB. When a checkpoint meets the full disk, the file is cut to nothing and its room is
/// claimed for the database's own files in the same moment (`fallocate` beyond their ends), since a job that fills the
/// disk would take what is merely free. Three quarters go to the write-ahead log, which SQLite empties into the
/// database at 4 MB and then fills again from its beginning; an eighth to the database. The end of a run takes some
/// 150 kB of the log before it is emptied, and 6 kB of the database for good, mostly events: hundreds of runs can be
/// ended without a free byte. The last eighth is left to the shim's records.
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

    /// Looks at the disk: puts the reserve back where there is room for it, and reports a change.
    public func watch() {
        guard let look = look(directory) else { return }
        let change: Report? = state.withLock { state in
            restore(&state, look)
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
            guard state.gauge.holdsReserve, ftruncate(state.reserve, 0) == 0 else { return false }
            state.gauge.holdsReserve = false
            claim(&state)
            return true
        }
        watch()
        return isReleased
    }

    /// Gives the reserve to the files of a database that could not even be opened without it. Nobody has it open.
    func makeRoomToOpen() {
        guard let look = look(directory), look.free < Self.openingRoom else { return }
        let isReleased = state.withLock { state in
            guard state.gauge.holdsReserve, ftruncate(state.reserve, 0) == 0 else { return false }
            state.gauge.holdsReserve = false
            // SQLite makes these two anew, and grows into what they have claimed. An index that is there would be cut first.
            unlink(databasePath + "-shm")
            for (name, bytes) in [("-shm", Self.indexRoom), ("-wal", 0)] {
                let file = open(databasePath + name, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
                if file < 0 { continue }
                Self.claim(bytes, beyond: file)
                close(file)
            }
            claim(&state)
            return true
        }
        if isReleased { watch() }
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

    private func claim(_ state: inout State) {
        guard let look = look(directory) else { return }
        let reserve = DiskGauge.reserve(look)
        let log = open(databasePath + "-wal", O_RDWR | O_CLOEXEC)
        if log >= 0 {
            Self.claim(reserve / 4 * 3, beyond: log)
            close(log)
        }
        if state.database < 0 { state.database = open(databasePath, O_RDWR | O_CLOEXEC) }
        if state.database >= 0 { Self.claim(reserve / 8, beyond: state.database) }
    }

    /// Takes room beyond the end of a file, which stays where it is. Where the file system cannot, the room stays free.
    private static func claim(_ bytes: Int64, beyond descriptor: Int32) {
        let end = lseek(descriptor, 0, SEEK_END)
        if end >= 0, bytes > 0 { _ = clinux_claim(descriptor, end, Int(bytes)) }
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
