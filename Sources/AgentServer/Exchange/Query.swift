/// The parameters after a URL's `?`, decoded, in their order.
public struct Query: Sendable, Equatable {
    public let pairs: [Pair]

    /// One `name=value`.
    public struct Pair: Sendable, Equatable {
        public let name: String
        public let value: String
    }

    /// Reads the text after the question mark; `+` stands for a blank.
    init(_ text: Substring) {
        pairs = text.split(separator: "&").map { part in
            let cut = part.firstIndex(of: "=") ?? part.endIndex
            let value = cut == part.endIndex ? "" : part[part.index(after: cut)...]
            return Pair(
                name: PercentEncoding.decode(part[..<cut], plusIsBlank: true),
                value: PercentEncoding.decode(value, plusIsBlank: true))
        }
    }

    /// The first value of `name`; nil where it is not given.
    public subscript(name: String) -> String? {
        pairs.first { $0.name == name }?.value
    }

    /// The whole number `name`, or `missing` where it is not given.
    ///
    /// Throws `HTTPFailure` 400 where the value is not a number that fits.
    public func integer<Number: FixedWidthInteger>(
        _ name: String, default missing: Number
    ) throws(HTTPFailure) -> Number {
        guard let text = self[name] else { return missing }
        guard let number = Number(text) else {
            throw HTTPFailure(.badRequest, "query parameter '\(name)': '\(text)' is not a whole number in range")
        }
        return number
    }
}
