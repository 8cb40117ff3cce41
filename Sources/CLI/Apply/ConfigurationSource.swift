import Configurations
import FoundationEssentials
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A configuration and where it came from.
struct ConfigurationSource: Sendable {
    /// The path as it goes to the server and into messages: relative to the current directory, `-` for standard input.
    let path: String
    /// The directory that relative paths in the configuration start from.
    let directory: String
    let file: ConfigurationFile

    /// Loads the named file, or the one of the default name.
    static func load(_ name: String?) async throws -> ConfigurationSource {
        try await offPool {
            let current = FileManager.default.currentDirectoryPath
            guard name != "-" else {
                return try make(text: readStandardInput(), path: "-", directory: current)
            }
            let path = try name ?? defaultName(in: current)
            let full = path.hasPrefix("/") ? path : current + "/" + path
            let text = try read(full, as: path)
            let shown = full.hasPrefix(current + "/") ? String(full.dropFirst(current.count + 1)) : path
            let directory = full.lastIndex(of: "/").map { String(full[..<$0]) } ?? current
            return try make(text: text, path: shown, directory: directory.isEmpty ? "/" : directory)
        }
    }

    private static func make(text: String, path: String, directory: String) throws -> ConfigurationSource {
        do {
            let file = try ConfigurationFile(text: text, path: path)
            if !file.refusals.isEmpty {
                throw ConfigurationError(file: path, problems: file.refusals)
            }
            return ConfigurationSource(path: path, directory: directory, file: file)
        } catch let error as ConfigurationError {
            throw CommandError(StyledText(error.description))
        }
    }

    private static func defaultName(in directory: String) throws -> String {
        let names = [".dstack.yml", ".dstack.yaml"]
        guard let found = names.first(where: { FileManager.default.fileExists(atPath: directory + "/" + $0) }) else {
            throw CommandError(
                "There is no \(names[0], .code) here. Name the configuration with \("-f FILE", .code).")
        }
        return found
    }

    /// Reads what can be read from its beginning to its end, a pipe too (`-f <(…)`).
    private static func read(_ path: String, as name: String) throws -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        defer {
            if descriptor >= 0 { close(descriptor) }
        }
        if descriptor >= 0, let text = text(of: descriptor) {
            return text
        }
        if errno == ENOENT {
            throw CommandError("Configuration file \(name, .code) does not exist")
        }
        throw CommandError("Configuration file \(name, .code) cannot be read: \(String(cString: strerror(errno)))")
    }

    private static func readStandardInput() throws -> String {
        guard let text = text(of: 0) else {
            throw CommandError("The standard input cannot be read: \(String(cString: strerror(errno)))")
        }
        return text
    }

    /// All that comes; nil where the system reports an error, which `errno` names.
    private static func text(of descriptor: Int32) -> String? {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count > 0 {
                bytes += piece.prefix(count)
            } else if count == 0 {
                return String(decoding: bytes, as: UTF8.self)
            } else if errno != EINTR {
                return nil
            }
        }
    }
}
