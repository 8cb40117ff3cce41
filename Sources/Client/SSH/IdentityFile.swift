import FoundationEssentials

/// A file of one of the user's own SSH keys. Blocks: call from a thread that may.
public struct IdentityFile: Sendable {
    private let path: String

    /// - Parameter path: of the private or the public half.
    public init(path: String) {
        self.path = path
    }

    /// The file of the private half.
    public var privatePath: String { path.hasSuffix(".pub") ? String(path.dropLast(4)) : path }

    /// The public half: from the file beside the private one, or as `ssh-keygen` makes it.
    public func publicKey() throws(IdentityFileError) -> String {
        for candidate in [path, privatePath + ".pub"] {
            guard let data = FileManager.default.contents(atPath: candidate) else {
                if candidate == path { throw IdentityFileError(description: "'\(path)' cannot be read") }
                continue
            }
            let text = String(decoding: data.prefix(64 << 10), as: UTF8.self)
            if let line = text.split(separator: "\n").first,
                line.hasPrefix("ssh-") || line.hasPrefix("ecdsa-") || line.hasPrefix("sk-")
            {
                return String(line)
            }
        }
        let run: ProgramRun
        do {
            run = try ProgramRun(["ssh-keygen", "-y", "-P", "", "-f", path], seconds: 20)
        } catch {
            throw IdentityFileError(description: "there is no '\(path).pub', and ssh-keygen cannot be run to make it")
        }
        guard run.status == 0, let line = run.text.split(separator: "\n").first else {
            throw IdentityFileError(
                description: "'\(path)' is no private key, or has a passphrase; put its public half into '\(path).pub'")
        }
        return String(line)
    }
}

/// A key's file that cannot be used, in words for the user.
public struct IdentityFileError: Error, Equatable, CustomStringConvertible {
    public let description: String
}
