/// The fixed block in front of each entry of a tar archive.
struct TarHeader: Equatable {
    let path: String
    let mode: UInt32
    let size: Int64
    let modified: Int64
    let type: Character
    let target: String

    /// Reads 512 bytes; throws where they are not a tar header.
    init(_ block: [UInt8]) throws(JobFailure) {
        let sum = block.indices.reduce(0) {
            $0 + ((148..<156).contains($1) ? 32 : Int($1 < block.count ? block[$1] : 0))
        }
        guard Self.number(block[148..<156]) == Int64(sum) else {
            throw JobFailure("the archive is not a tar file, or is damaged")
        }
        guard let size = Self.number(block[124..<136]), size >= 0, let mode = Self.number(block[100..<108]) else {
            throw JobFailure("the archive is damaged")
        }
        self.size = size
        self.mode = UInt32(truncatingIfNeeded: mode) & 0o7777
        modified = Self.number(block[136..<148]) ?? 0
        type = Character(UnicodeScalar(block[156]))
        target = Self.text(block[157..<257])
        let name = Self.text(block[0..<100])
        // The prefix is ustar's; the old GNU format keeps other things there.
        let isUstar = block[257..<263].elementsEqual("ustar\0".utf8)
        let prefix = isUstar ? Self.text(block[345..<500]) : ""
        path = prefix.isEmpty ? name : prefix + "/" + name
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Octal digits, or GNU's binary form for what does not fit.
    private static func number(_ bytes: ArraySlice<UInt8>) -> Int64? {
        guard let first = bytes.first else { return nil }
        if first == 0x80 {
            return bytes.dropFirst().suffix(8).reduce(0) { ($0 << 8) | Int64($1) }
        }
        if first == 0xff { return nil }
        var value: Int64 = 0
        for byte in bytes.drop(while: { $0 == UInt8(ascii: " ") }) {
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte) else {
                return byte == 0 || byte == UInt8(ascii: " ") ? value : nil
            }
            value = value << 3 | Int64(byte - UInt8(ascii: "0"))
        }
        return value
    }
}

/// PAX records: `LENGTH KEY=VALUE\n` each.
enum PAXRecords {
    static func read(_ bytes: [UInt8]) throws(JobFailure) -> [String: String] {
        var records: [String: String] = [:]
        var rest = bytes[...]
        while let blank = rest.firstIndex(of: UInt8(ascii: " ")) {
            guard let length = Int(String(decoding: rest[rest.startIndex..<blank], as: UTF8.self)),
                length > blank - rest.startIndex + 1, length <= rest.count
            else { throw JobFailure("the archive has a damaged PAX header") }
            let end = rest.startIndex + length
            let record = rest[(blank + 1)..<(end - 1)]
            if let cut = record.firstIndex(of: UInt8(ascii: "=")) {
                records[String(decoding: record[..<cut], as: UTF8.self)] = String(
                    decoding: record[(cut + 1)...], as: UTF8.self)
            }
            rest = rest[end...]
        }
        return records
    }
}
