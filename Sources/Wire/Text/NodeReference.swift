/// A reference to a node's address in a command: `${{ groups[0].nodes[1].IP_ADDRESS }}`.
public struct NodeReference: Sendable, Hashable {
    /// Number of the group.
    public var group: Int
    /// Number of the node in its group.
    public var node: Int

    /// Reads what stands between the braces; nil where it is something else.
    public init?(_ name: Substring) {
        var rest = name
        guard let group = Self.number(after: "groups[", in: &rest),
            let node = Self.number(after: "].nodes[", in: &rest), rest == "].IP_ADDRESS"
        else { return nil }
        self.group = group
        self.node = node
    }

    private static func number(after prefix: String, in text: inout Substring) -> Int? {
        guard text.hasPrefix(prefix) else { return nil }
        text = text.dropFirst(prefix.count)
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        text = text.dropFirst(digits.count)
        return Int(digits)
    }

    /// The names of all `${{ … }}` in a text that are not escaped by another dollar sign.
    public static func names(in text: String) -> [Substring] {
        parts(of: text).compactMap { if case .reference(let name, _) = $0 { name } else { nil } }
    }

    /// The text with each reference to a node replaced; one that `address` gives nothing for stays.
    public static func replace(in text: String, _ address: (NodeReference) -> String?) -> String {
        parts(of: text).map { part in
            switch part {
            case .text(let text): String(text)
            case .reference(let name, let written): NodeReference(name).flatMap(address) ?? String(written)
            }
        }.joined()
    }

    private enum Part {
        case text(Substring)
        case reference(Substring, written: Substring)
    }

    private static func parts(of text: String) -> [Part] {
        var parts: [Part] = []
        var rest = Substring(text)
        while let open = rest.firstRange(of: "${{") {
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else { break }
            let isEscaped = open.lowerBound > text.startIndex && text[text.index(before: open.lowerBound)] == "$"
            parts.append(.text(rest[..<open.lowerBound]))
            let written = rest[open.lowerBound..<close.upperBound]
            var name = rest[open.upperBound..<close.lowerBound].drop { $0.isWhitespace }
            while name.last?.isWhitespace == true { name.removeLast() }
            parts.append(isEscaped ? .text(written) : .reference(name, written: written))
            rest = rest[close.upperBound...]
        }
        return parts + [.text(rest)]
    }
}
