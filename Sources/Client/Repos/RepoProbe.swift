import FoundationEssentials
import Wire

/// Finds out what opens a repository, as dstack's clients do: nothing, what the user gave, what the user's machine has.
/// Blocks.
public struct RepoProbe: Sendable {
    public let url: GitURL
    /// The file of a private key.
    public var identityFile: String?
    /// A private key that the server keeps.
    public var privateKey: String?
    public var token: String?
    /// The user's home directory.
    public var home: String

    public init(
        url: GitURL, identityFile: String? = nil, privateKey: String? = nil, token: String? = nil, home: String
    ) {
        self.url = url
        self.identityFile = identityFile
        self.privateKey = privateKey
        self.token = token
        self.home = home
    }

    /// Seconds that a server has to say whether a repository is open to all, where the user goes there by SSH.
    private static let openAnswerSeconds = 10

    /// The first that opens it. Throws ``RepoError``.
    public func credentials() throws(RepoError) -> RemoteRepoCreds {
        let open = try tryWeb(token: nil)
        if open == nil { return RemoteRepoCreds(cloneUrl: url.webText) }
        if let identityFile {
            return try mustOpen(keyFile: identityFile, key: try Self.key(identityFile))
        }
        if let privateKey {
            let folder: String
            do { folder = try ProgramRun.temporaryFolder() } catch { throw RepoError(error) }
            defer { ProgramRun.remove(folder) }
            let path = folder + "/key"
            guard
                FileManager.default.createFile(
                    atPath: path, contents: Data(privateKey.utf8), attributes: [.posixPermissions: 0o600])
            else { throw RepoError(.program, "'\(path)' cannot be written") }
            return try mustOpen(keyFile: path, key: privateKey)
        }
        if let token {
            if let why = try tryWeb(token: token) { throw refused("the token", url.webText, why) }
            return RemoteRepoCreds(cloneUrl: url.webText, oauthToken: token)
        }
        for file in identities() {
            guard let key = Self.readableKey(file), try trySSH(keyFile: file) == nil else { continue }
            return RemoteRepoCreds(cloneUrl: url.sshText, privateKey: key)
        }
        if let token = GitHubHosts.token(for: url.host, home: home), try tryWeb(token: token) == nil {
            return RemoteRepoCreds(cloneUrl: url.webText, oauthToken: token)
        }
        throw RepoError(
            .noAccess,
            "\(url.isSSH ? url.sshText : url.webText) cannot be opened with what is found on this machine"
                + " (\(open ?? "")); pass --token TOKEN or --git-identity KEY")
    }

    private func mustOpen(keyFile: String, key: String) throws(RepoError) -> RemoteRepoCreds {
        if let why = try trySSH(keyFile: keyFile) { throw refused("the private key", url.sshText, why) }
        return RemoteRepoCreds(cloneUrl: url.sshText, privateKey: key)
    }

    private func refused(_ what: String, _ address: String, _ why: String) -> RepoError {
        RepoError(
            .noAccess, "\(address) cannot be opened with \(what): \(why). Pass another --token or --git-identity")
    }

    /// Nil where the repository answers; else what git said.
    private func tryWeb(token: String?) throws(RepoError) -> String? {
        var settings = ["'credential.helper='"]
        if let token {
            let pair = Data("anything:\(token)".utf8).base64EncodedString()
            settings.append("'http.\(url.webOrigin)/.extraHeader=Authorization: Basic \(pair)'")
        }
        return try look(
            at: url.webText, ["GIT_CONFIG_PARAMETERS": settings.joined(separator: " ")],
            seconds: url.isSSH && token == nil ? Self.openAnswerSeconds : nil)
    }

    private func trySSH(keyFile: String) throws(RepoError) -> String? {
        let quoted = "'" + keyFile.replacing("'", with: "'\\''") + "'"
        return try look(
            at: url.sshText,
            [
                "GIT_SSH_COMMAND": "ssh -F none -i \(quoted) -o IdentitiesOnly=yes -o BatchMode=yes"
                    + " -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
                    + " -o ConnectTimeout=30",
                "GIT_SSH_VARIANT": "ssh",
            ], seconds: nil)
    }

    /// Only what is passed counts: no configuration, no helper and no question.
    private func look(at address: String, _ more: [String: String?], seconds: Int?) throws(RepoError) -> String? {
        let environment: [String: String?] = [
            "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_DIR": "/dev/null", "GIT_ASKPASS": "", "SSH_ASKPASS": "", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C",
        ]
        do {
            let run = try ProgramRun(
                ["git", "-C", "/", "ls-remote", "--symref", "--", address, "HEAD"],
                environment: environment.merging(more) { $1 }, seconds: seconds)
            return run.status == 0 ? nil : UserGit.lastLine(run.errors)
        } catch .late {
            return "no answer within \(seconds ?? 0) s"
        } catch {
            throw RepoError(error)
        }
    }

    // MARK: Keys

    /// The files that ssh would offer to the host: those of the user's configuration, else the usual ones.
    private func identities() -> [String] {
        do {
            let run = try ProgramRun(["ssh", "-G", "--", url.host])
            return run.text.split(separator: "\n").filter { $0.hasPrefix("identityfile ") }.map { line in
                let path = String(line.dropFirst("identityfile ".count))
                return path.hasPrefix("~/") ? home + path.dropFirst() : path
            }
        } catch {
            return []  // Without ssh no key opens anything.
        }
    }

    private static func key(_ path: String) throws(RepoError) -> String {
        guard let key = readableKey(path) else {
            throw RepoError(
                .noAccess,
                "'\(path)' is no private key that can be used: it must be there, readable and without a passphrase")
        }
        return key
    }

    /// The key in a file; nil where it cannot be read or asks for a passphrase.
    private static func readableKey(_ path: String) -> String? {
        do {
            guard FileManager.default.fileExists(atPath: path),
                try ProgramRun(["ssh-keygen", "-y", "-P", "", "-f", path]).status == 0
            else { return nil }
            return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        } catch {
            return nil
        }
    }
}

extension GitURL {
    /// `https://host:port`.
    var webOrigin: String { "\(web.rawValue)://\(host)\(webPort.map { ":\($0)" } ?? "")" }

    /// The address with what the user's SSH configuration says of its host.
    public func resolvingHost() -> GitURL {
        guard isSSH else { return self }
        let run: ProgramRun
        do { run = try ProgramRun(["ssh", "-G", "--", host]) } catch { return self }
        var resolved = self
        for line in run.text.split(separator: "\n") {
            if line.hasPrefix("hostname ") { resolved.host = line.dropFirst("hostname ".count).lowercased() }
            if line.hasPrefix("port "), sshPort == nil, line != "port 22" {
                resolved.sshPort = Int(line.dropFirst("port ".count))
            }
        }
        return resolved
    }
}

/// What GitHub's own client keeps about its hosts.
enum GitHubHosts {
    /// The token for a host in `~/.config/gh/hosts.yml`: the line `oauth_token` under the host's.
    static func token(for host: String, home: String) -> String? {
        let path = home + "/.config/gh/hosts.yml"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            return token(for: host, in: String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self))
        } catch {
            return nil
        }
    }

    static func token(for host: String, in text: String) -> String? {
        var isHost = false
        for line in text.split(separator: "\n") {
            let word = line.drop { $0 == " " }
            if word.startIndex == line.startIndex { isHost = word.hasPrefix("\(host):") }
            let depth = line.count - word.count
            if isHost, depth > 0, depth <= 4, word.hasPrefix("oauth_token:") {
                let value = word.dropFirst("oauth_token:".count).filter { !" \"'\r".contains($0) }
                return value.isEmpty ? nil : value
            }
        }
        return nil
    }
}
