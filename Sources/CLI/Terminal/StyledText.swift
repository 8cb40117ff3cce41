/// Text in pieces, each with its style. String literals are plain; `\(…, .code)` styles a piece.
struct StyledText: Equatable, Sendable, ExpressibleByStringInterpolation {
    struct Piece: Equatable, Sendable {
        var text: String
        var style: Style
    }

    struct StringInterpolation: StringInterpolationProtocol {
        var pieces: [Piece] = []

        init(literalCapacity: Int, interpolationCount: Int) {}

        mutating func appendLiteral(_ literal: String) {
            pieces.append(Piece(text: literal, style: .plain))
        }

        mutating func appendInterpolation(_ value: some CustomStringConvertible, _ style: Style = .plain) {
            pieces.append(Piece(text: value.description, style: style))
        }

        mutating func appendInterpolation(_ text: StyledText) {
            pieces += text.pieces
        }
    }

    private(set) var pieces: [Piece]

    init(_ text: String, _ style: Style = .plain) {
        pieces = text.isEmpty ? [] : [Piece(text: text, style: style)]
    }

    init(stringLiteral value: String) {
        self.init(value)
    }

    init(stringInterpolation: StringInterpolation) {
        pieces = stringInterpolation.pieces.filter { !$0.text.isEmpty }
    }

    private init(pieces: [Piece]) {
        self.pieces = pieces
    }

    var isEmpty: Bool { pieces.isEmpty }

    /// The text without its styles.
    var plain: String { pieces.map(\.text).joined() }

    /// The columns that it takes on a terminal.
    var width: Int { pieces.reduce(0) { $0 + DisplayWidth.of($1.text) } }

    /// The text with `style` under the styles that its pieces have.
    func styled(_ style: Style) -> StyledText {
        StyledText(pieces: pieces.map { Piece(text: $0.text, style: $0.style.over(style)) })
    }

    static func + (left: StyledText, right: StyledText) -> StyledText {
        StyledText(pieces: left.pieces + right.pieces)
    }

    static func += (left: inout StyledText, right: StyledText) {
        left.pieces += right.pieces
    }

    mutating func append(_ character: Character, _ style: Style) {
        if let last = pieces.indices.last, pieces[last].style == style {
            pieces[last].text.append(character)
        } else {
            pieces.append(Piece(text: String(character), style: style))
        }
    }

    /// The characters with their styles, for cutting into lines.
    var characters: [(character: Character, style: Style)] {
        pieces.flatMap { piece in piece.text.map { (character: $0, style: piece.style) } }
    }

    /// The bytes for a terminal: control sequences around the pieces that have a style.
    func rendered(_ palette: Palette) -> String {
        pieces.map { palette.paint($0.text, $0.style) }.joined()
    }
}
