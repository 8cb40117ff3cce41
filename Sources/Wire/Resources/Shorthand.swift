/// The `a:b:c` notation of CPUs and GPUs.
enum Shorthand {
    /// The parts between colons, blanks dropped.
    static func tokens(_ text: String) -> [String] {
        text.filter { $0 != " " }.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    }

    /// One part as a range.
    static func range<Value>(
        _ token: String, in text: String, at decoder: any Decoder
    ) throws -> Bounds<Value> {
        let ends = RangeText.split(token) ?? [token, token]
        let values = try ends.map { end -> Value? in
            if end.isEmpty { return nil }
            guard let value = Value(end) else {
                throw decoder.invalid("'\(end)' in '\(text)' is not understood")
            }
            return value
        }
        let range = Bounds(min: values[0], max: values[1])
        if range.min == nil, range.max == nil { throw decoder.invalid("'\(text)' has a range without an end") }
        if let min = range.min, let max = range.max, min > max {
            throw decoder.invalid("the range '\(token)' begins above its end")
        }
        return range
    }
}
