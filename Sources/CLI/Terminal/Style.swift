/// How a piece of text looks on a terminal that has colours.
struct Style: Equatable, Sendable {
    /// The colours that dstack's tables use, each with its place in the palettes of 256 and of 16 colours.
    enum Colour: Equatable, Sendable {
        case green, yellow, red
        case grey, seaGreen, skyBlue, indianRed, gold

        var code256: String {
            switch self {
            case .green: "32"
            case .yellow: "33"
            case .red: "31"
            case .grey: "38;5;246"
            case .seaGreen: "38;5;78"
            case .skyBlue: "38;5;39"
            case .indianRed: "38;5;203"
            case .gold: "38;5;220"
            }
        }

        var code16: String {
            switch self {
            case .green: "32"
            case .yellow: "33"
            case .red: "31"
            case .grey: "90"
            case .seaGreen: "32"
            case .skyBlue: "36"
            case .indianRed: "91"
            case .gold: "93"
            }
        }
    }

    var colour: Colour?
    var isBold = false

    static let plain = Style()
    static let bold = Style(isBold: true)
    /// Names and commands that the user may type.
    static let code = Style(colour: .seaGreen, isBold: true)
    /// What matters less.
    static let secondary = Style(colour: .grey)
    static let success = Style(colour: .green)
    static let warning = Style(colour: .yellow)
    static let error = Style(colour: .red)

    /// This style with what it leaves open taken from `other`.
    func over(_ other: Style) -> Style {
        Style(colour: colour ?? other.colour, isBold: isBold || other.isBold)
    }
}
