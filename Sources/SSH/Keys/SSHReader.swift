/// Reads the numbers and strings of SSH's wire format.
struct SSHReader {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func take(_ count: Int) -> [UInt8]? {
        guard count <= bytes.count - index else { return nil }
        defer { index += count }
        return Array(bytes[index..<index + count])
    }

    mutating func byte() -> UInt8? {
        take(1)?[0]
    }

    /// A number of 32 bits.
    mutating func number() -> UInt32? {
        take(4)?.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// A string, which is preceded by its length.
    mutating func string() -> [UInt8]? {
        number().flatMap { take(Int($0)) }
    }
}
