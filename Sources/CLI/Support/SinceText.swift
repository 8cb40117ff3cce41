import Wire

/// The argument of `--since`: a duration before now, or a time.
enum SinceText {
    static func parse(_ text: String, now: Timestamp) throws -> Timestamp {
        if let duration = Seconds(text), duration.count >= 0 {
            return now.advanced(by: .seconds(-duration.count))
        }
        if let time = Timestamp(text) {
            return time
        }
        throw CommandError(
            "'\(text)' is neither a duration (10s, 5m, 1d) nor a time (2026-09-24T15:30:00Z)")
    }
}
