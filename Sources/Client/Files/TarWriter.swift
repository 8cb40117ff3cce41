/// Writes a tar file: ustar, with pax records for what does not fit into its fields.
struct TarWriter {
    enum Entry {
        case directory
        case file([UInt8])
        case link(String)
    }

    private static let blockSize = 512
    private var bytes: [UInt8] = []

    mutating func add(_ path: String, _ entry: Entry, _ status: FileStatus) throws(FileArchiveError) {
        var name = path
        var content: [UInt8] = []
        var link = ""
        let type: UInt8
        switch entry {
        case .directory:
            name += "/"
            type = UInt8(ascii: "5")
        case .file(let bytes):
            content = bytes
            type = UInt8(ascii: "0")
        case .link(let target):
            link = target
            type = UInt8(ascii: "2")
        }
        var records = ""
        if name.utf8.count > 100 || !name.utf8.allSatisfy({ $0 < 128 }) {
            records += Self.record("path", name)
        }
        if link.utf8.count > 100 || !link.utf8.allSatisfy({ $0 < 128 }) {
            records += Self.record("linkpath", link)
        }
        if content.count > 0o77777777777 {
            records += Self.record("size", "\(content.count)")
        }
        if !records.isEmpty {
            let extra = Array(records.utf8)
            header("././@PaxHeader", "", UInt8(ascii: "x"), mode: 0o644, size: extra.count, modified: 0)
            append(extra)
        }
        guard name.utf8.count < 65_536 else {
            throw FileArchiveError(path: path, problem: .tooLong)
        }
        header(name, link, type, mode: status.mode, size: content.count, modified: status.modified)
        append(content)
    }

    /// The whole archive. Nothing can be added afterwards.
    consuming func finish() -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: 2 * Self.blockSize)
    }

    private mutating func append(_ content: [UInt8]) {
        bytes += content
        let rest = content.count % Self.blockSize
        if rest > 0 {
            bytes += [UInt8](repeating: 0, count: Self.blockSize - rest)
        }
    }

    private mutating func header(
        _ name: String, _ link: String, _ type: UInt8, mode: UInt32, size: Int, modified: Int64
    ) {
        var block = [UInt8](repeating: 0, count: Self.blockSize)
        func put(_ text: String, at offset: Int, _ length: Int) {
            for (index, byte) in text.utf8.prefix(length).enumerated() {
                block[offset + index] = byte
            }
        }
        func put(octal value: Int64, at offset: Int, _ length: Int) {
            let digits = String(max(0, value), radix: 8)
            put(
                String(repeating: "0", count: max(0, length - 1 - digits.count)) + digits.suffix(length - 1),
                at: offset, length)
        }
        put(name, at: 0, 100)
        put(octal: Int64(mode), at: 100, 8)
        put(octal: 0, at: 108, 8)
        put(octal: 0, at: 116, 8)
        put(octal: Int64(size), at: 124, 12)
        put(octal: modified, at: 136, 12)
        put("        ", at: 148, 8)
        block[156] = type
        put(link, at: 157, 100)
        put("ustar\u{0}00", at: 257, 8)
        put("root", at: 265, 32)
        put("root", at: 297, 32)
        // The sum counts its own field as blanks; it ends in a null and a blank.
        put(octal: block.reduce(0) { $0 + Int64($1) }, at: 148, 7)
        block[154] = 0
        block[155] = UInt8(ascii: " ")
        bytes += block
    }

    /// `LENGTH KEY=VALUE\n`, where the length counts its own digits.
    private static func record(_ key: String, _ value: String) -> String {
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count
        while "\(length)".utf8.count + rest.utf8.count != length {
            length = "\(length)".utf8.count + rest.utf8.count
        }
        return "\(length)\(rest)"
    }
}
