/// The ends of lines in a log.
enum LineEnds {
    /// The bytes with each CR LF made a LF. Other carriage returns stay: they draw over a line.
    static func withoutCarriageReturns(_ bytes: [UInt8]) -> [UInt8] {
        let (carriageReturn, lineFeed) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
        guard bytes.contains(carriageReturn) else {
            return bytes
        }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for (index, byte) in bytes.enumerated() {
            let isBeforeLineFeed = index + 1 < bytes.count && bytes[index + 1] == lineFeed
            if byte != carriageReturn || !isBeforeLineFeed {
                result.append(byte)
            }
        }
        return result
    }
}
