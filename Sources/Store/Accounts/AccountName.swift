/// The rule for names of users, projects and secrets: letters, digits, `-` and `_`.
enum AccountName {
    static func isValid(_ name: String, maximum: Int) -> Bool {
        (1...maximum).contains(name.utf8.count) && name.utf8.allSatisfy(isNameByte)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 48...57: true
        case UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// What a deleted account is called, so that its name is free again.
    static func deleted(at seconds: Int64) -> String {
        let suffix = UInt64.random(in: .min ... .max)
        let hex = String(suffix, radix: 16)
        return "_deleted_\(seconds)_" + String(repeating: "0", count: 16 - hex.count) + hex
    }
}
