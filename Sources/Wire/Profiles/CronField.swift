/// One field of a cron expression: the values that it allows.
struct CronField: Sendable, Hashable {
    /// Which field it is.
    enum Kind: Sendable {
        case minute, hour, day, month, weekday

        var name: String {
            switch self {
            case .minute: "minute"
            case .hour: "hour"
            case .day: "day of month"
            case .month: "month"
            case .weekday: "day of week"
            }
        }

        var range: ClosedRange<Int> {
            switch self {
            case .minute: 0...59
            case .hour: 0...23
            case .day: 1...31
            case .month: 1...12
            case .weekday: 0...6
            }
        }

        /// Names of the values, from the first.
        var words: [String] {
            switch self {
            case .minute, .hour, .day: []
            case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
            case .weekday: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
            }
        }
    }

    /// One bit for each value.
    private var bits: UInt64 = 0
    /// Whether the last day of each month is in it (`last`, of days alone).
    private(set) var hasLast = false

    /// - Parameter expression: the whole of it, for the mistake's words.
    init(_ text: Substring, _ kind: Kind, of expression: String) throws(CronMistake) {
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            if kind == .day, item.lowercased() == "last" {
                hasLast = true
                continue
            }
            guard let values = Self.values(of: item.lowercased()[...], kind) else {
                throw CronMistake("'\(item)' in '\(expression)' is not a valid \(kind.name)\(Self.hint(kind))")
            }
            for value in values { bits |= 1 << UInt64(value) }
        }
    }

    func contains(_ value: Int) -> Bool { bits & (1 << UInt64(value)) != 0 }

    private static func hint(_ kind: Kind) -> String {
        let range = "\(kind.range.lowerBound) to \(kind.range.upperBound)"
        switch kind {
        case .minute, .hour: return " (\(range))"
        case .day: return " (\(range), or last)"
        case .month: return " (\(range), or jan to dec)"
        case .weekday: return " (\(range) from Monday on, or mon to sun)"
        }
    }

    /// The values of `*`, `a`, `a-b`, `a/step`, `a-b/step` or `*/step`; nil where it is none of them, or out of range.
    private static func values(of item: Substring, _ kind: Kind) -> StrideThrough<Int>? {
        let halves = item.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(halves.count) else { return nil }
        var step: Int?
        if halves.count == 2 {
            guard let number = number(halves[1]), number > 0 else { return nil }
            step = number
        }
        guard let bounds = bounds(of: halves[0], hasStep: step != nil, kind) else { return nil }
        if let step {
            let whole = kind.range.upperBound - kind.range.lowerBound
            // A range that ends at 0 is as good as one to the end here: APScheduler takes that 0 for nothing.
            let span = (bounds.upperBound == 0 ? kind.range.upperBound : bounds.upperBound) - bounds.lowerBound
            guard step <= whole, step <= span else { return nil }
        }
        return stride(from: bounds.lowerBound, through: bounds.upperBound, by: step ?? 1)
    }

    private static func bounds(of text: Substring, hasStep: Bool, _ kind: Kind) -> ClosedRange<Int>? {
        if text == "*" { return kind.range }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (1...2).contains(ends.count) else { return nil }
        let words = ends.compactMap { end in kind.words.firstIndex { $0 == end }.map { $0 + kind.range.lowerBound } }
        // A step behind names, and a number beside a name, mean to APScheduler what nobody expects.
        if !words.isEmpty, words.count != ends.count || hasStep { return nil }
        let numbers = words.isEmpty ? ends.compactMap(number) : words
        guard numbers.count == ends.count, numbers.allSatisfy(kind.range.contains), let first = numbers.first,
            let last = numbers.last, first <= last
        else { return nil }
        return first...(ends.count == 1 && hasStep ? kind.range.upperBound : last)
    }

    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text)
    }
}
