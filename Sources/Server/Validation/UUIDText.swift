/// UUIDs as text: lowercase with dashes on the wire, read in any case and also without dashes.
enum UUIDText {
    /// The usual form of a UUID, nil where the text is none.
    static func normalised(_ text: String) -> String? {
        let lower = Array(text.utf8.map { (65...70).contains($0) ? $0 + 32 : $0 })
        let digits: [UInt8]
        switch lower.count {
        case 36:
            guard lower[8] == 45, lower[13] == 45, lower[18] == 45, lower[23] == 45 else { return nil }
            digits = lower.enumerated().filter { ![8, 13, 18, 23].contains($0.offset) }.map(\.element)
        case 32: digits = lower
        default: return nil
        }
        guard digits.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else { return nil }
        let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        return groups.map { String(decoding: digits[$0], as: UTF8.self) }.joined(separator: "-")
    }

    /// What is wrong with a text that is no UUID, in the words that dstack's server uses.
    static func fault(_ text: String) -> String {
        for (index, character) in text.enumerated() where character != "-" && character.hexDigitValue == nil {
            return "invalid character: found `\(character)` at \(index)"
        }
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        if groups.count == 1 { return "invalid length: expected length 32 for simple format, found \(text.count)" }
        if groups.count != 5 { return "invalid group count: expected 5, found \(groups.count)" }
        let lengths = [8, 4, 4, 4, 12]
        for (index, group) in groups.enumerated() where group.count != lengths[index] {
            return "invalid group length in group \(index): expected \(lengths[index]), found \(group.count)"
        }
        return "invalid length"
    }
}
