/// Checks cron expressions of five fields as APScheduler, dstack's own scheduler, reads them.
enum CronExpression {
    private struct Field {
        var name: String
        var range: ClosedRange<Int>
        var words: [String] = []
    }

    private static let fields = [
        Field(name: "minute", range: 0...59),
        Field(name: "hour", range: 0...23),
        Field(name: "day of month", range: 1...31),
        Field(
            name: "month", range: 1...12,
            words: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
        // Monday is 0.
        Field(name: "day of week", range: 0...6, words: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]),
    ]

    /// What is wrong with an expression, nil where it is right.
    static func mistake(in text: String) -> String? {
        let parts = text.split(whereSeparator: \.isWhitespace)
        guard parts.count == fields.count else {
            return "'\(text)' has \(parts.count) fields; a cron expression has 5: minute, hour, day, month, weekday"
        }
        for (part, field) in zip(parts, fields) {
            for item in part.split(separator: ",", omittingEmptySubsequences: false)
            where !isValid(item.lowercased()[...], in: field) {
                return "'\(item)' in '\(text)' is not a valid \(field.name)"
            }
        }
        return nil
    }

    private static func isValid(_ item: Substring, in field: Field) -> Bool {
        if field.name == "day of month", item == "last" { return true }
        let halves = item.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(halves.count) else { return false }
        var step = 1
        if halves.count == 2 {
            guard let number = number(halves[1]), number > 0 else { return false }
            step = number
        }
        if halves[0] == "*" { return step <= field.range.upperBound - field.range.lowerBound || halves.count == 1 }
        let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        let values = ends.map { value($0, in: field) }
        guard (1...2).contains(values.count), !values.contains(nil) else { return false }
        let (first, last) = (values[0] ?? 0, values[values.count - 1] ?? 0)
        guard values.count == 2 else { return true }
        return first <= last && (step <= last - first || halves.count == 1)
    }

    private static func value(_ text: Substring, in field: Field) -> Int? {
        if let index = field.words.firstIndex(of: String(text)) { return index + field.range.lowerBound }
        guard let number = number(text), field.range.contains(number) else { return nil }
        return number
    }

    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text)
    }
}
