/// Commands as a shell reads them.
enum ShellText {
    /// The commands as one, each started only when the one before it succeeded. A command that goes to the
    /// background is put in braces, or `&&` after its `&` would be a mistake.
    static func joined(_ commands: [String]) -> String {
        commands.map { command in
            let text = trimmed(command)
            return text.hasSuffix("&") ? "{ \(text) }" : text
        }.joined(separator: " && ")
    }

    private static func trimmed(_ text: String) -> String {
        var rest = Substring(text)
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }

    /// The words of a command line: blanks part them, quotes and backslashes keep blanks.
    ///
    /// - Throws: `PlanningError` where a quote is not closed or a backslash ends the line.
    static func words(_ line: String) throws(PlanningError) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var characters = Array(line)[...]
        while let character = characters.popFirst() {
            switch (quote, character) {
            case ("'", "'"), ("\"", "\""):
                quote = nil
            case ("'", _):
                word = (word ?? "") + String(character)
            case ("\"", "\\"):
                // Within double quotes a backslash keeps its meaning only before a quote or another one.
                if let next = characters.first, next == "\"" || next == "\\" {
                    characters.removeFirst()
                    word = (word ?? "") + String(next)
                } else {
                    word = (word ?? "") + "\\"
                }
            case ("\"", _):
                word = (word ?? "") + String(character)
            case (_, "'"), (_, "\""):
                quote = character
                word = word ?? ""
            case (_, "\\"):
                guard let next = characters.popFirst() else {
                    throw PlanningError("`entrypoint` ends with a backslash: \(line)")
                }
                word = (word ?? "") + String(next)
            case (_, " "), (_, "\t"), (_, "\n"), (_, "\r"), (_, "\r\n"):
                if let complete = word { words.append(complete) }
                word = nil
            default:
                word = (word ?? "") + String(character)
            }
        }
        if quote != nil { throw PlanningError("`entrypoint` has a quote that is not closed: \(line)") }
        if let complete = word { words.append(complete) }
        return words
    }
}
