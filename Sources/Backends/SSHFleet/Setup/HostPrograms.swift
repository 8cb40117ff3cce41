import Crypto
import FoundationEssentials
import Glibc

/// The programs for hosts, as they lie beside the server's own: `dstack-shim`, `dstack-runner` and `tools`. Read once,
/// and again where a file of them has changed.
public actor HostPrograms {
    /// What is there.
    struct Found: Sendable, Equatable {
        var programs: [HostProgram]
        /// As `uname -m` of a machine that can run them says.
        var machine: String
    }

    private let folder: String
    private var found: (stamp: String, Found)?

    /// - Parameter folder: where `dstack-shim` is.
    public init(folder: String) {
        self.folder = folder
    }

    /// Beside this program, or where `DSTACK_SHIM_BINARY_PATH` says.
    public init() {
        let shim = LocalShim.defaultProgram()
        self.init(folder: shim.lastIndex(of: "/").map { String(shim[..<$0]) } ?? ".")
    }

    /// - Throws: `HostProgramsError`.
    func read() async throws -> Found {
        let folder = folder
        let (stamp, bare) = try await offPool { try HostProgramFiles.list(folder) }
        if let found, found.stamp == stamp { return found.1 }
        let read = try await offPool { try HostProgramFiles.read(bare, folder) }
        found = (stamp, read)
        return read
    }
}

/// Why the programs for hosts cannot be had.
struct HostProgramsError: Error, CustomStringConvertible {
    let description: String
}

/// The files themselves. Blocks.
enum HostProgramFiles {
    /// All of them without digests, and a text that changes where one of them does.
    static func list(_ folder: String) throws -> (stamp: String, [HostProgram]) {
        var programs: [HostProgram] = []
        var stamp = ""
        for name in ["dstack-shim", "dstack-runner"] {
            guard access(folder + "/" + name, R_OK) == 0 else {
                throw HostProgramsError(
                    description: "the program \(name), which a host needs, is not in '\(folder)'; build it (make build)"
                )
            }
            try add(name, folder, &programs, &stamp)
        }
        if access(folder + "/tools", R_OK | X_OK) == 0 { try add("tools", folder, &programs, &stamp) }
        return (stamp, programs)
    }

    private static func add(
        _ path: String, _ folder: String, _ programs: inout [HostProgram], _ stamp: inout String
    ) throws {
        let source = folder + "/" + path
        // Beside a development build the programs may be links themselves.
        var status = stat()
        let isTop = !path.contains("/")
        guard (isTop ? stat(source, &status) : lstat(source, &status)) == 0 else { throw unreadable(source) }
        var program = HostProgram(path: path, source: source, size: 0, mode: status.st_mode & 0o755, digest: "")
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            guard let names = try? FileManager.default.contentsOfDirectory(atPath: source) else {
                throw unreadable(source)
            }
            for name in names.sorted() where path != "tools" || name != "doc" {
                try add(path + "/" + name, folder, &programs, &stamp)
            }
            return
        case S_IFLNK:
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = readlink(source, &bytes, bytes.count)
            guard count > 0 else { throw unreadable(source) }
            program.link = String(decoding: bytes.prefix(count), as: UTF8.self)
        default:
            program.size = Int(status.st_size)
            program.time = max(0, status.st_mtim.tv_sec)
        }
        stamp += "\(path) \(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)\n"
        programs.append(program)
    }

    static func read(_ bare: [HostProgram], _ folder: String) throws -> HostPrograms.Found {
        var programs = bare
        for index in programs.indices where !programs[index].isLink {
            programs[index].digest = try digest(programs[index].source)
        }
        return HostPrograms.Found(programs: programs, machine: try machine(folder + "/dstack-shim"))
    }

    static func digest(_ path: String) throws -> String {
        var hash = SHA256()
        try pieces(of: path) { hash.update(bufferPointer: $0) }
        return hex(hash.finalize())
    }

    static func digest(of text: String) -> String { hex(SHA256.hash(data: Array(text.utf8))) }

    /// Calls `body` with the file's bytes, 1 MiB at a time at most.
    static func pieces(of path: String, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path) }
        defer { close(descriptor) }
        try withUnsafeTemporaryAllocation(byteCount: 1 << 20, alignment: 16) { buffer in
            while true {
                let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                guard count >= 0 else { throw unreadable(path) }
                if count == 0 { return }
                try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
        }
    }

    /// From the head of an ELF file.
    private static func machine(_ path: String) throws -> String {
        var head: [UInt8] = []
        try pieces(of: path) { if head.isEmpty { head = Array($0.prefix(20)) } }
        guard head.count == 20, head.prefix(4).elementsEqual([0x7F, 0x45, 0x4C, 0x46]) else {
            throw HostProgramsError(description: "'\(path)' is no Linux program")
        }
        return switch Int(head[18]) | Int(head[19]) << 8 {
        case 62: "x86_64"
        case 183: "aarch64"
        case let other: "ELF machine \(other)"
        }
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    private static func unreadable(_ path: String) -> HostProgramsError {
        HostProgramsError(description: "cannot read '\(path)': \(strerror(errno).map { String(cString: $0) } ?? "")")
    }
}
