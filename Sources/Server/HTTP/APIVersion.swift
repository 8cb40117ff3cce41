import Wire

/// A version that a client names in `X-API-VERSION`.
///
/// A client of a newer major or minor version than the server's is refused; an older one is served.
struct APIVersion: Equatable, Comparable, CustomStringConvertible {
    /// The numbers between the dots.
    let release: [Int]
    let description: String

    var major: Int { release.first ?? 0 }
    var minor: Int { release.count > 1 ? release[1] : 0 }

    /// Reads a version of Python's kind: numbers with dots, then perhaps `a1`, `rc2`, `.dev3`, `+local`.
    init?(_ text: String) {
        var rest = Substring(text)
        if rest.first == "v" { rest = rest.dropFirst() }
        let numbers = rest.prefix { $0 == "." || ("0"..."9").contains($0) }
        var parts = numbers.split(separator: ".", omittingEmptySubsequences: false)
        var suffix = rest[numbers.endIndex...]
        if parts.last?.isEmpty == true, parts.count > 1 {
            // ".dev1": the dot belongs to what follows.
            parts.removeLast()
            guard !suffix.isEmpty else { return nil }
        }
        let release = parts.map { Int($0) }
        guard !release.isEmpty, release.allSatisfy({ $0 != nil }) else { return nil }
        if let plus = suffix.firstIndex(of: "+") { suffix = suffix[..<plus] }
        let word = suffix.prefix { $0.isASCII && $0.isLetter }
        guard suffix.isEmpty || ["a", "b", "rc", "alpha", "beta", "c", "pre", "dev", "post"].contains(String(word)),
            suffix.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") })
        else { return nil }
        self.release = release.map { $0 ?? 0 }
        description = text
    }

    static func < (left: APIVersion, right: APIVersion) -> Bool {
        let count = max(left.release.count, right.release.count)
        func padded(_ version: APIVersion) -> [Int] {
            version.release + Array(repeating: 0, count: count - version.release.count)
        }
        return padded(left).lexicographicallyPrecedes(padded(right))
    }

    /// The version of a request, nil where the client names none or the newest.
    static func of(_ header: String?, server: APIVersion) throws(APIError) -> APIVersion? {
        guard let header, header != "latest" else { return nil }
        guard let version = APIVersion(header) else {
            throw APIError(
                .badRequest, detail: [["msg": .string("Invalid version: \(header)"), "code": nil]])
        }
        if version.release == [0, 0, 0] { return nil }
        if version > server, version.major > server.major || version.minor > server.minor {
            throw .client(
                "The client/CLI version (\(version)) is incompatible with the server version (\(server)).")
        }
        return version
    }
}
