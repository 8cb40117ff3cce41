/// The colours that the output can show.
enum Palette: Equatable, Sendable {
    /// A file, a pipe, a dumb terminal, or the user does not want any (`NO_COLOR`).
    case none
    case sixteen
    case full

    /// The palette for an output, by the customary variables.
    init(isTerminal: Bool, environment: [String: String]) {
        let terminal = environment["TERM"] ?? ""
        guard isTerminal, environment["NO_COLOR", default: ""].isEmpty, terminal != "dumb", terminal != "unknown" else {
            self = .none
            return
        }
        let isFull = terminal.contains("256color") || !environment["COLORTERM", default: ""].isEmpty
        self = isFull ? .full : .sixteen
    }

    func paint(_ text: String, _ style: Style) -> String {
        guard self != .none, style != .plain, !text.isEmpty else {
            return text
        }
        var codes: [String] = []
        if style.isBold {
            codes.append("1")
        }
        if let colour = style.colour {
            codes.append(self == .full ? colour.code256 : colour.code16)
        }
        return "\u{1B}[\(codes.joined(separator: ";"))m\(text)\u{1B}[0m"
    }
}
