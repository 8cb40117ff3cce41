/// A log's bytes cut into entries: lines with their ends, and long ones in pieces.
enum LogLines {
    /// Most bytes of an entry.
    static let longest = 64 * 1024

    /// The ranges of the entries, in order; the last may be a line that goes on.
    static func ranges(in bytes: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") || index - start + 1 == longest {
            ranges.append(start..<index + 1)
            start = index + 1
        }
        if start < bytes.count { ranges.append(start..<bytes.count) }
        return ranges
    }
}
