import Glibc

@testable import Runner

/// Builds tar archives, good and evil ones.
struct TarBuilder {
    private(set) var bytes: [UInt8] = []

    mutating func add(
        _ path: String, type: Character = "0", content: [UInt8] = [], target: String = "", mode: Int = 0o644,
        size: Int? = nil
    ) {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
        }
        func octal(_ value: Int, digits: Int) -> String {
            let text = String(value, radix: 8)
            return String(repeating: "0", count: digits - text.count) + text
        }
        put(path, at: 0)
        put(octal(mode, digits: 7), at: 100)
        put(octal(size ?? content.count, digits: 11), at: 124)
        put(octal(1_700_000_000, digits: 11), at: 136)
        put(String(repeating: " ", count: 8), at: 148)
        put(String(type), at: 156)
        put(target, at: 157)
        put("ustar\0" + "00", at: 257)
        put(octal(block.reduce(0) { $0 + Int($1) }, digits: 6) + "\0", at: 148)
        bytes += block + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    /// The whole archive.
    var archive: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }
}

/// A directory for one test.
enum Scratch {
    static func with(_ body: (String) async throws -> Void) async throws {
        var template = Array("/tmp/dstack-runner-scratch-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("make a scratch directory") }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let (parent, name) = JobPath.split(path)
        let folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(folder) }
        let result: Result<Void, any Error>
        do { result = .success(try await body(path)) } catch { result = .failure(error) }
        try FileTree.remove(name, in: folder)
        try result.get()
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SystemError("create '\(path)'") }
        defer { close(file) }
        guard Glibc.write(file, bytes, bytes.count) == bytes.count else { throw SystemError("write '\(path)'") }
    }

    static func mode(_ path: String) -> UInt32? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode : nil
    }

    /// Runs a shell command to its end; gives back its exit status.
    static func shell(_ command: String) throws -> ExitStatus {
        var process: pid_t = 0
        let result = CStrings.with(["/bin/sh", "-c", command]) { argv in
            CStrings.with(["PATH=/usr/bin:/bin"]) { envp in posix_spawn(&process, "/bin/sh", nil, nil, argv, envp) }
        }
        guard result == 0 else { throw SystemError("run '\(command)'", code: result) }
        var status: Int32 = 0
        waitpid(process, &status, 0)
        return ExitStatus(waitStatus: status)
    }
}
