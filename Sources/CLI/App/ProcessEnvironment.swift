#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The process's environment variables.
enum ProcessEnvironment {
    /// All of them. Of a name that occurs twice the first counts, as for `getenv`.
    static func variables() -> [String: String] {
        var result: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text)
            if let mark = pair.firstIndex(of: "=") {
                let name = String(pair[..<mark])
                if result[name] == nil {
                    result[name] = String(pair[pair.index(after: mark)...])
                }
            }
            entry += 1
        }
        return result
    }
}
