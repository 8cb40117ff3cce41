/// The rules for tags of runs, fleets and volumes.
enum Tags {
    /// A name has 1 to 60 letters, digits, underscores or hyphens.
    static func isName(_ text: String) -> Bool {
        (1...60).contains(text.utf8.count)
            && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
    }

    /// A value has up to 256 letters, digits, blanks and `.:/=_-+@`.
    static func isValue(_ text: String) -> Bool {
        text.utf8.count <= 256 && text.utf8.allSatisfy { isAlphanumeric($0) || " .:/=_-+@".utf8.contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

extension Fields {
    /// A field of tags, checked.
    func tags(_ key: Key) throws -> [String: String]? {
        guard let tags: [String: String] = try optional(key) else { return nil }
        for (name, value) in tags.sorted(by: { $0.key < $1.key }) {
            if !Tags.isName(name) {
                throw invalid(key, "the tag name '\(name)' may have 1 to 60 letters, digits, _ and - only")
            }
            if !Tags.isValue(value) {
                throw invalid(
                    key, "the value of the tag '\(name)' may have up to 256 letters, digits and .:/=_-+@ only")
            }
        }
        return tags
    }
}
