/// Paths as a configuration writes them.
enum JobPath {
    /// The absolute path that `path` means: `~` is `home`, what is relative starts at `base`; `.` and `..` are
    /// resolved by their names alone.
    static func expand(_ path: String, base: String, home: String) throws(JobFailure) -> String {
        if path == "~" { return clean(home) }
        if path.hasPrefix("~/") { return clean(home + "/" + path.dropFirst(2)) }
        if path.hasPrefix("~") { throw JobFailure("path '\(path)': another user's home ('~name') is not supported") }
        return clean(path.hasPrefix("/") ? path : base + "/" + path)
    }

    /// An absolute path without `.`, `..` and doubled slashes.
    static func clean(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") {
            if part == ".." {
                _ = parts.popLast()
            } else if part != "." {
                parts.append(part)
            }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// The directory that holds `path`, and its name there.
    static func split(_ path: String) -> (parent: String, name: String) {
        let cut = path.lastIndex(of: "/") ?? path.startIndex
        let parent = path[..<cut]
        return (parent.isEmpty ? "/" : String(parent), String(path[cut...].dropFirst()))
    }
}
