/// The signals that SSH names, as Linux numbers them.
enum SignalNumber {
    private static let known: [String: Int] = [
        "HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "ABRT": 6, "FPE": 8, "KILL": 9, "USR1": 10, "SEGV": 11, "USR2": 12,
        "PIPE": 13, "ALRM": 14, "TERM": 15,
    ]

    /// 0 for one that is not known. A name may begin with SIG, and may have an address behind it.
    static func of(_ name: String) -> Int {
        let plain = name.hasPrefix("SIG") ? String(name.dropFirst(3)) : name
        return known[String(plain.prefix { $0 != "@" })] ?? 0
    }
}
