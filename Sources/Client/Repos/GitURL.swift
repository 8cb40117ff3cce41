import FoundationEssentials

/// The address of a git repository, as users and their clones write it, and in the forms in which it is opened.
public struct GitURL: Sendable, Equatable {
    /// How it is reached without a key.
    public enum Web: String, Sendable {
        case https, http
    }

    /// `https`, and for a repository on a plain server, which dstack does not take, `http`.
    public var web: Web
    public var host: String
    /// Nil for the scheme's own.
    public var webPort: Int?
    public var sshUser: String?
    public var sshPort: Int?
    /// With a slash in front.
    public var path: String
    /// Whether it was written for SSH.
    public var isSSH: Bool

    /// Reads `https://…`, `http://…`, `ssh://…` and `user@host:path`; nil for anything else, as the path of a folder.
    public init?(_ text: String) {
        guard let cut = text.firstRange(of: "://") else {
            guard let parts = Self.scpParts(text) else { return nil }
            (web, host, path, isSSH) = (.https, parts.host.lowercased(), parts.path, true)
            sshUser = parts.user
            return
        }
        let scheme = text[..<cut.lowerBound].lowercased()
        let rest = text[cut.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        let path = rest.dropFirst(authority.count).prefix { !"?#".contains($0) }
        let user = authority.lastIndex(of: "@").map { authority[..<$0] }
        let place = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        let (host, port) = Self.split(place)
        guard !host.isEmpty, port != .some(nil) else { return nil }
        self.host = host.lowercased()
        self.path = path.isEmpty ? "/" : String(path)
        let number = port.flatMap(\.self)
        switch scheme {
        case "https", "http":
            web = scheme == "http" ? .http : .https
            webPort = number == (scheme == "http" ? 80 : 443) ? nil : number
            isSSH = false
        case "ssh":
            web = .https
            sshUser = user.map { String($0.prefix { $0 != ":" }) }
            sshPort = number
            isSSH = true
        default:
            return nil
        }
    }

    /// `user@host:path`, as scp writes it.
    private static func scpParts(_ text: String) -> (user: String, host: String, path: String)? {
        guard let at = text.firstIndex(of: "@"), let colon = text[at...].firstIndex(of: ":") else { return nil }
        let user = text[..<at]
        let host = text[text.index(after: at)..<colon]
        let path = text[text.index(after: colon)...]
        guard !user.isEmpty, !user.contains("/"), !host.isEmpty, !host.contains("/"), !path.isEmpty else { return nil }
        return (String(user), String(host), path.hasPrefix("/") ? String(path) : "/" + path)
    }

    /// Host and port; the inner nil is a port that is none.
    private static func split(_ place: Substring) -> (host: Substring, port: Int??) {
        // The colons of an IPv6 address are inside brackets.
        let tail = place.lastIndex(of: "]").map { place[place.index(after: $0)...] } ?? place
        guard let colon = tail.lastIndex(of: ":") else { return (place, nil) }
        let digits = place[place.index(after: colon)...]
        let port = Int(digits).flatMap { (1...65_535).contains($0) ? $0 : nil }
        return (place[..<colon], .some(port))
    }

    /// For the web, without a password.
    public var webText: String { "\(web.rawValue)://\(host)\(webPort.map { ":\($0)" } ?? "")\(path)" }

    /// For SSH; as `git` where no user is named.
    public var sshText: String { "ssh://\(sshUser ?? "git")@\(host)\(sshPort.map { ":\($0)" } ?? "")\(path)" }

    private var cleanPath: String {
        var path = Substring(self.path)
        while path.last == "/" { path.removeLast() }
        return String(path.hasSuffix(".git") ? path.dropLast(4) : path)
    }

    /// The last part of its path.
    public var name: String {
        let last = cleanPath.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        return last.isEmpty ? "unknown" : last
    }

    /// The id under which dstack's clients know the repository: its name and a hash of where it is, which is the same
    /// for all forms of its address.
    public var repoID: String {
        "\(name)-\(Self.base36(SHA256.bytes(Array((host + cleanPath).utf8)).prefix(32)).prefix(8))"
    }

    /// The lowest 32 digits to the base 36 of a number whose lowest byte comes first, the highest of them first.
    private static func base36(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdefghijklmnopqrstuvwxyz")
        var number = Array(bytes.reversed())
        var text: [Character] = []
        for _ in 0..<32 {
            var rest = 0
            for index in number.indices {
                let value = rest << 8 | Int(number[index])
                number[index] = UInt8(value / 36)
                rest = value % 36
            }
            text.append(digits[rest])
        }
        return String(text.reversed())
    }
}
