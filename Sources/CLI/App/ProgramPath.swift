import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where this program is.
enum ProgramPath {
    /// Where it was started.
    static var directory: String { FileManager.default.currentDirectoryPath }

    static var own: String {
        var path = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        if count > 0 {
            let text = String(decoding: path.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            // Of a program that was replaced since, the kernel says so.
            return text.hasSuffix(" (deleted)") ? String(text.dropLast(" (deleted)".count)) : text
        }
        let name = CommandLine.arguments.first ?? "dstack"
        guard name.contains("/") else { return name }
        return name.hasPrefix("/") ? name : FileManager.default.currentDirectoryPath + "/" + name
    }
}
