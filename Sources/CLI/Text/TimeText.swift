import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Times and durations for people.
enum TimeText {
    /// How long ago a moment is: `now`, `12 sec ago`, `3 hours ago`, `yesterday`; nothing for the future.
    static func ago(_ time: Timestamp, now: Timestamp) -> String {
        let seconds = Int((now.microseconds - time.microseconds) / 1_000_000)
        guard now >= time else {
            return ""
        }
        let days = seconds / 86_400
        switch (days, seconds) {
        case (0, ..<10): return "now"
        case (0, ..<60): return "\(seconds) sec ago"
        case (0, ..<120): return "1 min ago"
        case (0, ..<3600): return "\(rounded(seconds, by: 60)) mins ago"
        case (0, ..<7200): return "1 hour ago"
        case (0, _): return "\(rounded(seconds, by: 3600)) hours ago"
        case (1, _): return "yesterday"
        case (..<7, _): return "\(days) days ago"
        case (..<31, _): return counted(rounded(days, by: 7), "week")
        case (..<365, _): return counted(rounded(days, by: 30), "month")
        default: return counted(rounded(days, by: 365), "year")
        }
    }

    /// A duration in its largest whole unit: `5m`, `1h`, `90s`.
    static func duration(_ seconds: Int) -> String {
        for (unit, size) in [("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60)]
        where seconds != 0 && seconds % size == 0 {
            return "\(seconds / size)\(unit)"
        }
        return "\(seconds)s"
    }

    /// A duration in all its units: `1m 30s`, `2h 5s`.
    static func units(_ seconds: Int) -> String {
        var (rest, words) = (seconds, [String]())
        for (unit, size) in [("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)] where rest >= size {
            words.append("\(rest / size)\(unit)")
            rest %= size
        }
        return words.isEmpty ? "0s" : words.joined(separator: " ")
    }

    /// The time of day in the user's time zone, `HH:MM:SS`.
    static func clock(_ time: Timestamp) -> String {
        local(time, "%H:%M:%S")
    }

    /// Date and time of day in the user's time zone, `YYYY-MM-DD HH:MM:SS`.
    static func dateAndClock(_ time: Timestamp) -> String {
        local(time, "%Y-%m-%d %H:%M:%S")
    }

    /// A moment to come in the user's time zone: `HH:MM`, of another day than today with its date.
    static func start(_ time: Timestamp, now: Timestamp) -> String {
        let day = "%Y-%m-%d"
        return local(time, local(time, day) == local(now, day) ? "%H:%M" : "\(day) %H:%M")
    }

    /// Date, time of day and zone of the user, `YYYY-MM-DD HH:MM ZONE`.
    static func dateAndZone(_ time: Timestamp) -> String {
        local(time, "%Y-%m-%d %H:%M %Z")
    }

    static func now() -> Timestamp {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Timestamp(microseconds: Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000)
    }

    private static func local(_ time: Timestamp, _ format: String) -> String {
        var seconds = time_t(time.microseconds / 1_000_000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        var buffer = [CChar](repeating: 0, count: 64)
        let length = strftime(&buffer, buffer.count, format, &parts)
        return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Halves go to the even neighbour, as the official client rounds.
    private static func rounded(_ value: Int, by unit: Int) -> Int {
        Int((Double(value) / Double(unit)).rounded(.toNearestOrEven))
    }

    private static func counted(_ count: Int, _ unit: String) -> String {
        "\(count) \(unit)\(count == 1 ? "" : "s") ago"
    }
}
