import Glibc
import Wire

/// The shim's log: one line each to standard error, with time and level.
struct ShimLog: Sendable {
    enum Level: Int, Sendable, Comparable {
        case debug, info, warning, error

        static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }

        /// Reads an option's value as the official shim takes it: a word, or a number up to 6.
        init?(_ text: String) {
            switch text.lowercased() {
            case "debug", "trace", "5", "6": self = .debug
            case "info", "4": self = .info
            case "warning", "warn", "3": self = .warning
            case "error", "fatal", "panic", "0", "1", "2": self = .error
            default: return nil
            }
        }
    }

    var level: Level

    func debug(_ text: @autoclosure () -> String) { if level <= .debug { write("DEBUG", text()) } }
    func info(_ text: @autoclosure () -> String) { if level <= .info { write("INFO", text()) } }
    func warning(_ text: @autoclosure () -> String) { if level <= .warning { write("WARNING", text()) } }
    func error(_ text: String) { write("ERROR", text) }

    private func write(_ word: String, _ text: String) {
        let line = Array("\(Self.now()) \(word) \(text)\n".utf8)
        // A log that cannot be written has nowhere to say so.
        _ = Glibc.write(2, line, line.count)
    }

    private static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}
