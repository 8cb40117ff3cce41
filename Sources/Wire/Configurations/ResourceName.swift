/// Names of runs and of other things that projects hold.
public enum ResourceName {
    /// Whether a name is a lowercase letter and 1 to 40 lowercase letters, digits or dashes.
    public static func isValid(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard (2...41).contains(bytes.count), isLetter(bytes[0]) else { return false }
        return bytes.allSatisfy { isLetter($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
    }

    /// What is wrong with a name that is not valid, in words for the user.
    public static func complaint(_ name: String) -> String {
        "'\(name)' is not a name: one is a lowercase letter and then 1 to 40 lowercase letters, digits or dashes"
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
}
