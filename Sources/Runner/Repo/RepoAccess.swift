import FoundationEssentials
import Wire

/// What opens a repository, in the form in which git takes it: nothing of it is on a command line or in the clone.
struct RepoAccess: Sendable {
    /// Where to clone from, without a password.
    let url: String
    /// What git is told besides.
    let settings: [(name: String, value: String)]
    /// A deploy key, to be put into a file for as long as the clone takes.
    let privateKey: String?

    init(_ credentials: RemoteRepoCreds) {
        url = Self.withoutUser(credentials.cloneUrl)
        privateKey = credentials.privateKey
        guard let token = credentials.oauthToken, let origin = Self.origin(of: url) else {
            settings = []
            return
        }
        // As dstack sends it: any name, the token as the password. For this server alone, redirects included.
        let pair = Data("anything:\(token)".utf8).base64EncodedString()
        settings = [("http.\(origin)/.extraHeader", "Authorization: Basic \(pair)")]
    }

    /// `http://host:port` of such a URL; nil for any other.
    private static func origin(of url: String) -> String? {
        guard let (scheme, rest) = parts(of: url) else { return nil }
        return scheme + rest.prefix { $0 != "/" }
    }

    /// An http URL without the user and password that somebody wrote into it.
    private static func withoutUser(_ url: String) -> String {
        guard let (scheme, rest) = parts(of: url) else { return url }
        let authority = rest.prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return url }
        return scheme + rest[rest.index(after: at)...]
    }

    /// `http://` and what follows it.
    private static func parts(of url: String) -> (scheme: String, rest: Substring)? {
        for scheme in ["https://", "http://"] where url.lowercased().hasPrefix(scheme) {
            return (scheme, url.dropFirst(scheme.count))
        }
        return nil
    }
}
