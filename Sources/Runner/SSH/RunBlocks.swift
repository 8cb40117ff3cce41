/// The settings of runs in a text that is somebody else's: each block stands between two comments with the run's number.
///
/// It works on bytes, whatever they mean: what is no run's stays as it is.
struct RunBlocks: Equatable {
    private(set) var bytes: [UInt8]

    private static let beginning = Array("# dstack: run ".utf8)
    private static let end = Array("# dstack: end of run ".utf8)

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Puts a run's settings, which are whole lines, in front of everything: of two settings the client takes the first.
    mutating func put(_ settings: String, run: Int64) {
        let number = Array("\(run)\n".utf8)
        bytes = Self.beginning + number + Array(settings.utf8) + Self.end + number + bytes
    }

    /// Takes out the blocks of runs that are over. A block without its last line is no block.
    mutating func prune(isOver: (Int64) -> Bool) {
        var kept: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let line = Self.line(rest)
            if let run = Self.number(line, after: Self.beginning), let end = Self.endOfBlock(rest, run), isOver(run) {
                rest = rest[end...]
            } else {
                kept += line
                rest = rest[line.endIndex...]
            }
        }
        bytes = kept
    }

    /// The first line, with its end.
    private static func line(_ rest: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        rest.firstIndex(of: UInt8(ascii: "\n")).map { rest[...$0] } ?? rest
    }

    private static func number(_ line: ArraySlice<UInt8>, after word: [UInt8]) -> Int64? {
        guard line.starts(with: word) else { return nil }
        let digits = line.dropFirst(word.count).prefix { $0 != UInt8(ascii: "\n") }
        return Int64(String(decoding: digits, as: UTF8.self))
    }

    /// Where the block that begins here is over.
    private static func endOfBlock(_ block: ArraySlice<UInt8>, _ run: Int64) -> Int? {
        var rest = block
        while !rest.isEmpty {
            let line = line(rest)
            if number(line, after: end) == run { return line.endIndex }
            rest = rest[line.endIndex...]
        }
        return nil
    }
}
