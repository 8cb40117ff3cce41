/// A cron expression of five fields, in UTC, as APScheduler, dstack's own scheduler, reads it.
///
/// The fields are minute, hour, day of month, month and day of week. Monday is 0. A moment has to be in all five: where
/// day of month and day of week are both given, both have to fit. What differs from other crons stands in
/// docs/configuration.md.
public struct CronExpression: Sendable, Hashable {
    /// As it was written.
    public let text: String
    private let minutes: CronField
    private let hours: CronField
    private let days: CronField
    private let months: CronField
    private let weekdays: CronField

    /// - Throws: `CronMistake` with words for the user.
    public init(_ text: String) throws(CronMistake) {
        let parts = text.split(whereSeparator: \.isWhitespace)
        guard parts.count == 5 else {
            throw CronMistake(
                "'\(text)' has \(parts.count) fields; a cron expression has 5: minute, hour, day, month, weekday")
        }
        self.text = text
        minutes = try CronField(parts[0], .minute, of: text)
        hours = try CronField(parts[1], .hour, of: text)
        days = try CronField(parts[2], .day, of: text)
        months = try CronField(parts[3], .month, of: text)
        weekdays = try CronField(parts[4], .weekday, of: text)
    }

    /// Days that are looked at for a moment: the leap day of one weekday comes every 28 years, or 40 around 2100.
    private static let horizon: Int64 = 41 * 366

    /// The first moment later than this one, a whole minute; nil where none ever comes, as for a 31st of February.
    public func next(after moment: Timestamp) -> Timestamp? {
        let first = moment.microseconds.flooringDivision(by: 60_000_000).quotient + 1
        let (startDay, startMinute) = first.flooringDivision(by: 24 * 60)
        for day in startDay...(startDay + Self.horizon) where isOn(day) {
            guard let minute = minute(from: day == startDay ? Int(startMinute) : 0) else { continue }
            return Timestamp(microseconds: (day * 24 * 60 + Int64(minute)) * 60_000_000)
        }
        return nil
    }

    /// False for a 31st of February and the like.
    public var everComes: Bool { next(after: Timestamp(microseconds: 0)) != nil }

    /// Whether a day, counted since 1970-01-01, is one of the expression's.
    private func isOn(_ day: Int64) -> Bool {
        // 1970-01-01 was a Thursday.
        guard weekdays.contains(Int((day + 3).flooringDivision(by: 7).remainder)) else { return false }
        let date = Timestamp.civil(fromDays: day)
        guard months.contains(Int(date.month)) else { return false }
        if days.contains(Int(date.day)) { return true }
        return days.hasLast && Timestamp.civil(fromDays: day + 1).day == 1
    }

    /// The first minute of a day at or after one.
    private func minute(from start: Int) -> Int? {
        for hour in (start / 60)..<24 where hours.contains(hour) {
            for minute in (hour == start / 60 ? start % 60 : 0)..<60 where minutes.contains(minute) {
                return hour * 60 + minute
            }
        }
        return nil
    }
}

/// What is wrong with a cron expression, in words for the user.
public struct CronMistake: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension CronExpression: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        do {
            self = try CronExpression(text)
        } catch {
            throw decoder.invalid(error.description)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
