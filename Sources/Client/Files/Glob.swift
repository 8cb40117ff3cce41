/// Patterns with `*`, `?`, `[…]` and backslashes, compared with one name.
enum Glob {
    static func matches(_ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>) -> Bool {
        var pattern = pattern
        var name = name
        // Where the last star stood, and what it has taken so far: the only place to come back to.
        var star: (pattern: ArraySlice<Character>, name: ArraySlice<Character>)?
        while true {
            if pattern.first == "*" {
                pattern = pattern.drop { $0 == "*" }
                star = (pattern, name)
                continue
            }
            if pattern.isEmpty, name.isEmpty {
                return true
            }
            if let next = step(pattern, name) {
                pattern = next
                name = name.dropFirst()
                continue
            }
            guard let last = star, !last.name.isEmpty else {
                return false
            }
            star = (last.pattern, last.name.dropFirst())
            pattern = last.pattern
            name = last.name.dropFirst()
        }
    }

    /// The pattern behind its first part, if that matches the first character.
    private static func step(_ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>) -> ArraySlice<Character>?
    {
        guard let character = name.first, let first = pattern.first else {
            return nil
        }
        switch first {
        case "?":
            return pattern.dropFirst()
        case "[":
            return bracket(pattern, character)
        case "\\" where pattern.count > 1:
            return pattern.dropFirst().first == character ? pattern.dropFirst(2) : nil
        default:
            return first == character ? pattern.dropFirst() : nil
        }
    }

    private static func bracket(_ pattern: ArraySlice<Character>, _ character: Character) -> ArraySlice<Character>? {
        var rest = pattern.dropFirst()
        let isNegated = rest.first == "!" || rest.first == "^"
        if isNegated {
            rest = rest.dropFirst()
        }
        var found = false
        var isFirst = true
        while let low = rest.first, isFirst || low != "]" {
            isFirst = false
            rest = rest.dropFirst()
            if rest.first == "-", let high = rest.dropFirst().first, high != "]" {
                rest = rest.dropFirst(2)
                found = found || (low <= character && character <= high)
            } else {
                found = found || low == character
            }
        }
        guard rest.first == "]" else {
            // Without its end the bracket is a character like others.
            return character == "[" ? pattern.dropFirst() : nil
        }
        return found != isNegated ? rest.dropFirst() : nil
    }
}
