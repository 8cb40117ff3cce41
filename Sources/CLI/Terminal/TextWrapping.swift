/// Fits text into a number of columns.
enum TextWrapping {
    /// The text in lines of at most `width` columns, broken at blanks, or inside a word that is longer.
    static func wrap(_ text: StyledText, width: Int) -> [StyledText] {
        var lines: [StyledText] = []
        var line: StyledText = ""
        var used = 0
        for word in words(text) {
            let needed = word.reduce(0) { $0 + DisplayWidth.of($1.character) }
            if used > 0 {
                if used + 1 + needed <= width {
                    line.append(" ", .plain)
                    used += 1
                } else {
                    lines.append(line)
                    line = ""
                    used = 0
                }
            }
            for (character, style) in word {
                let columns = DisplayWidth.of(character)
                if used + columns > width, used > 0 {
                    lines.append(line)
                    line = ""
                    used = 0
                }
                line.append(character, style)
                used += columns
            }
        }
        return lines + [line]
    }

    /// The text in one line of at most `width` columns; `…` stands for what is missing.
    static func cut(_ text: StyledText, width: Int) -> StyledText {
        guard text.width > width else {
            return text
        }
        var line: StyledText = ""
        var used = 0
        for (character, style) in text.characters {
            let columns = DisplayWidth.of(character)
            if used + columns > width - 1 {
                line.append("…", style)
                return line
            }
            line.append(character, style)
            used += columns
        }
        return line
    }

    /// Words at single blanks. Leading blanks stay with the first word: they indent.
    private static func words(_ text: StyledText) -> [[(character: Character, style: Style)]] {
        var words: [[(character: Character, style: Style)]] = [[]]
        var isIndent = true
        for item in text.characters {
            if item.character == " ", !isIndent {
                words.append([])
                continue
            }
            isIndent = isIndent && item.character == " "
            words[words.count - 1].append(item)
        }
        return words
    }
}
