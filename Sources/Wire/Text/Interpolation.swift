/// A text with references `${{ namespace.name }}`, read as dstack reads `env` and `registry_auth`.
///
/// `$$` stands for one dollar sign. A dollar sign that neither another one nor a reference follows means nothing, and
/// what stands between it and the next reference is taken as it is.
public struct Interpolation: Sendable, Equatable {
    /// A piece of the text.
    public enum Piece: Sendable, Equatable {
        case text(String)
        case reference(String)
    }

    /// What is wrong with a text. It never holds the text.
    public enum Problem: Error, Sendable, Equatable {
        /// A `${{` without its `}}`.
        case unclosed
        /// What stands in the braces is no `namespace.name`.
        case illegalName(String)
    }

    public let pieces: [Piece]

    public init(_ text: String) throws(Problem) {
        let bytes = Array(text.utf8)
        var pieces: [Piece] = []
        var start = 0
        func add(_ range: Range<Int>) {
            if !range.isEmpty { pieces.append(.text(String(decoding: bytes[range], as: UTF8.self))) }
        }
        while start < bytes.count {
            guard let dollar = bytes[start...].firstIndex(of: UInt8(ascii: "$")), dollar + 1 < bytes.count else {
                add(start..<bytes.count)
                break
            }
            if bytes[dollar + 1] == UInt8(ascii: "$") {
                add(start..<dollar + 1)
                start = dollar + 2
                continue
            }
            guard let opening = bytes[start...].firstRange(of: Array("${{".utf8)) else {
                add(start..<bytes.count)
                break
            }
            add(start..<opening.lowerBound)
            guard let closing = bytes[opening.upperBound...].firstRange(of: Array("}}".utf8)) else {
                throw .unclosed
            }
            let name = Self.trimmed(bytes[opening.upperBound..<closing.lowerBound])
            guard Self.isName(name) else { throw .illegalName(name) }
            pieces.append(.reference(name))
            start = closing.upperBound
        }
        self.pieces = pieces
    }

    /// The names of the references, in their order, with repetitions.
    public var references: [String] {
        pieces.compactMap { if case .reference(let name) = $0 { name } else { nil } }
    }

    /// The text with a value for each reference; those without one are left out.
    public func filled(_ value: (String) -> String?) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .reference(let name): value(name) ?? ""
            }
        }.joined()
    }

    /// Whether this is `namespace.name`: letters, digits and underscores, neither beginning with a digit.
    public static func isName(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                guard let first = part.utf8.first, isLetter(first) else { return false }
                return part.utf8.allSatisfy { isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        var rest = bytes
        let blanks: Set<UInt8> = [0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d]
        while let first = rest.first, blanks.contains(first) { rest.removeFirst() }
        while let last = rest.last, blanks.contains(last) { rest.removeLast() }
        return String(decoding: rest, as: UTF8.self)
    }
}
