/// Reads a tar archive's entries from a source of bytes: ustar, GNU long names and PAX headers.
///
/// The archive is not held in memory; one entry's content is read piece by piece.
struct TarReader {
    /// Fills the buffer as far as there are bytes and gives back how many; 0 at the end.
    typealias Source = (UnsafeMutableRawBufferPointer) throws -> Int

    private static let blockBytes = 512
    /// Bytes of a long name or a PAX header; more is nonsense.
    private static let headerLimit: Int64 = 1 << 20

    private let source: Source
    /// Bytes of the current entry's content that are still to come, and of its padding.
    private var contentLeft: Int64 = 0
    private var paddingLeft: Int64 = 0

    init(_ source: @escaping Source) {
        self.source = source
    }

    /// The next entry; nil at the archive's end. Skips what is left of the last one's content.
    mutating func next() throws -> TarEntry? {
        try skipContent()
        var longPath: String?
        var longTarget: String?
        var pax: [String: String] = [:]
        while let block = try readBlock() {
            if block.allSatisfy({ $0 == 0 }) { return nil }
            let header = try TarHeader(block)
            beginContent(header.size)
            switch header.type {
            case "L": longPath = try text()
            case "K": longTarget = try text()
            case "x": pax.merge(try PAXRecords.read(content())) { $1 }
            // A global header's records are comments in practice.
            case "g": try skipContent()
            default:
                return try entry(header, path: pax["path"] ?? longPath, target: pax["linkpath"] ?? longTarget, pax)
            }
        }
        return nil
    }

    /// The next piece of the entry's content; nil at its end.
    mutating func read(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int? {
        guard contentLeft > 0 else { return nil }
        let wanted = Int(min(Int64(buffer.count), contentLeft))
        let count = try source(UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
        guard count > 0 else { throw JobFailure("the archive is cut off") }
        contentLeft -= Int64(count)
        return count
    }

    private mutating func entry(
        _ header: TarHeader, path: String?, target: String?, _ pax: [String: String]
    ) throws -> TarEntry {
        let size = try pax["size"].map { text in
            guard let size = Int64(text), size >= 0 else { throw JobFailure("the archive has a bad size '\(text)'") }
            return size
        }
        if let size { beginContent(size) }
        let link = target ?? header.target
        let kind: TarEntry.Kind =
            switch header.type {
            case "0", "\0", "7": (path ?? header.path).hasSuffix("/") ? .directory : .file
            case "5": .directory
            case "2": .link(link)
            case "1": .hardLink(link)
            default: .other(header.type)
            }
        // Links and directories have no content whatever their size field says.
        if kind != .file { beginContent(0) }
        return TarEntry(
            path: path ?? header.path, kind: kind, mode: header.mode, size: kind == .file ? size ?? header.size : 0,
            modified: header.modified)
    }

    private mutating func beginContent(_ size: Int64) {
        contentLeft = size
        paddingLeft = (Int64(Self.blockBytes) - size % Int64(Self.blockBytes)) % Int64(Self.blockBytes)
    }

    private mutating func skipContent() throws {
        var rest = contentLeft + paddingLeft
        contentLeft = 0
        paddingLeft = 0
        var piece = [UInt8](repeating: 0, count: Int(min(rest, 64 << 10)))
        while rest > 0 {
            let count = try piece.withUnsafeMutableBytes { buffer in
                try source(UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(rest, Int64(buffer.count)))]))
            }
            guard count > 0 else { throw JobFailure("the archive is cut off") }
            rest -= Int64(count)
        }
    }

    private mutating func content() throws -> [UInt8] {
        guard contentLeft <= Self.headerLimit else { throw JobFailure("the archive has a header that is too long") }
        var bytes = [UInt8](repeating: 0, count: Int(contentLeft))
        var done = 0
        while done < bytes.count {
            let count = try bytes.withUnsafeMutableBytes { buffer in
                try read(UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
            }
            done += count ?? 0
        }
        try skipContent()
        return bytes
    }

    private mutating func text() throws -> String {
        String(decoding: try content().prefix { $0 != 0 }, as: UTF8.self)
    }

    private func readBlock() throws -> [UInt8]? {
        var block = [UInt8](repeating: 0, count: Self.blockBytes)
        var done = 0
        while done < block.count {
            let count = try block.withUnsafeMutableBytes { buffer in
                try source(UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
            }
            // Archives without the two empty blocks at their end are read as well.
            if count == 0 && done == 0 { return nil }
            guard count > 0 else { throw JobFailure("the archive is cut off") }
            done += count
        }
        return block
    }
}
