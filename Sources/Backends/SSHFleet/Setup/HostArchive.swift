import FoundationEssentials
import Glibc

/// A tar archive of programs in a temporary file. Blocks.
///
/// The format is POSIX ustar, which every tar reads.
enum HostArchive {
    struct File: Sendable {
        var path: String
        /// Bytes.
        var size: Int

        func remove() { unlink(path) }
    }

    static func write(_ programs: [HostProgram]) throws -> File {
        // The system puts a name that nobody has in the place of the six letters, and opens the file for its maker alone.
        var template = Array((FileManager.default.temporaryDirectory.path + "/dstack-programs-XXXXXX").utf8CString)
        let descriptor = mkstemp(&template)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard descriptor >= 0 else { throw failed(path) }
        defer { close(descriptor) }
        do {
            var size = 0
            for program in programs {
                size += try put(header(of: program), descriptor, path)
                if program.isLink { continue }
                var count = 0
                try HostProgramFiles.pieces(of: program.source) { count += try put(Array($0), descriptor, path) }
                // It was replaced meanwhile: its digest is not the one we compare with either.
                guard count == program.size else {
                    throw HostProgramsError(description: "'\(program.source)' changed while it was read; try again")
                }
                size += count
                size += try put([UInt8](repeating: 0, count: (512 - count % 512) % 512), descriptor, path)
            }
            size += try put([UInt8](repeating: 0, count: 1024), descriptor, path)
            return File(path: path, size: size)
        } catch {
            unlink(path)
            throw error
        }
    }

    /// The block before a file's content.
    static func header(of program: HostProgram) throws -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func set(_ offset: Int, _ length: Int, _ text: String) throws {
            let bytes = Array(text.utf8)
            guard bytes.count <= length else {
                throw HostProgramsError(description: "the name '\(text)' is too long for an archive")
            }
            block.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
        }
        func octal(_ number: Int, _ digits: Int) -> String {
            let text = String(number, radix: 8)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        try set(0, 100, program.path)
        try set(100, 8, octal(Int(program.mode), 7))
        try set(108, 8, octal(0, 7))
        try set(116, 8, octal(0, 7))
        try set(124, 12, octal(program.size, 11))
        try set(136, 12, octal(program.time, 11))
        try set(148, 8, String(repeating: " ", count: 8))
        try set(156, 1, program.isLink ? "2" : "0")
        try set(157, 100, program.link ?? "")
        try set(257, 8, "ustar\u{0}00")
        let sum = block.reduce(0) { $0 + Int($1) }
        try set(148, 8, octal(sum, 6) + "\u{0} ")
        return block
    }

    private static func put(_ bytes: [UInt8], _ descriptor: CInt, _ path: String) throws -> Int {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw failed(path) }
            rest = rest.dropFirst(count)
        }
        return bytes.count
    }

    private static func failed(_ path: String) -> HostProgramsError {
        HostProgramsError(description: "cannot write '\(path)': \(strerror(errno).map { String(cString: $0) } ?? "")")
    }
}
