import Synchronization
import Wire

/// The runner's own log: what it did with the job, one line each, served beside the job's log.
final class RunnerLog: Sendable {
    enum Level: Int, Comparable, Sendable, CaseIterable {
        case error, warning, info, debug

        static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }

        /// Reads dstack's level names and numbers; `fatal` and `trace` are the nearest of ours.
        init?(name: String) {
            switch name.lowercased() {
            case "fatal", "panic", "error", "0", "1", "2": self = .error
            case "warning", "warn", "3": self = .warning
            case "info", "4": self = .info
            case "debug", "trace", "5", "6": self = .debug
            default: return nil
            }
        }
    }

    private let journal: Journal
    private let level: Level
    /// Holds one line back while another is written.
    private let turn = Mutex(())

    init(_ journal: Journal, level: Level) {
        self.journal = journal
        self.level = level
    }

    func write(_ level: Level, _ message: String) {
        guard level <= self.level else { return }
        let time = Timestamp(microseconds: Journal.now())
        let line = "\(time) \(level) \(message)\n"
        turn.withLock { _ in
            var line = line
            line.withUTF8 { bytes in
                // A log that cannot be written has nowhere to complain; the job's own log reports the full disk.
                do { try journal.append(UnsafeRawBufferPointer(bytes), to: .runner) } catch {}
            }
        }
    }
}
