import Client
import FoundationEssentials
import Wire

/// Why a private key cannot be used.
struct IdentityError: Error {
    let message: String
}

/// Reads private keys as OpenSSH's programs do, asking for the passphrase of one that is locked. Each file once.
struct IdentityReader {
    let session: Session
    private var known: [String: SSHKey] = [:]

    init(session: Session) {
        self.session = session
    }

    /// - Parameters:
    ///   - path: the file.
    ///   - name: as the user wrote it.
    mutating func key(_ path: String, as name: String) async throws -> SSHKey {
        if let key = known[path] { return key }
        let key = try await read(path, name)
        known[path] = key
        return key
    }

    private func read(_ path: String, _ name: String) async throws -> SSHKey {
        let text = try await offPool { try Self.text(of: path, name) }
        let key = PrivateKeyText(text)
        guard key.isPrivateKey else {
            throw IdentityError(
                message: name.hasSuffix(".pub")
                    ? "\(name) is a public key; name the private one beside it. Where only an agent has that, make another"
                        + " one for the fleet ('ssh-keygen -t ed25519 -f ~/.ssh/fleet'): the server logs in while you are away"
                    : "\(name) is no private key of OpenSSH or PEM")
        }
        let open = key.isLocked ? try await unlocked(path, name) : text
        return SSHKey(publicKey: try await offPool { try Self.publicKey(of: open, name) }, privateKey: open)
    }

    private static func text(of path: String, _ name: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw IdentityError(
                message: FileManager.default.fileExists(atPath: path)
                    ? "the key \(name) cannot be read by you" : "there is no key \(name)")
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// The key without its passphrase, for the server alone; the file stays as it is.
    private func unlocked(_ path: String, _ name: String) async throws -> String {
        guard session.input.isTerminal else {
            throw IdentityError(
                message:
                    "the key \(name) has a passphrase, and there is no terminal to ask for it. Apply from one, or name"
                    + " a key without a passphrase (ssh-keygen -p takes it off)")
        }
        for _ in 0..<3 {
            await session.input.setEcho(false)
            await session.output.prompt("Passphrase of \(name, .code): ")
            let answer = await session.input.readLine()
            await session.input.setEcho(true)
            await session.output.print()
            guard case .line(let passphrase) = answer else { break }
            if let text = try await offPool({ try Self.unlock(path, passphrase) }) { return text }
            await session.output.print(StyledText("That is not its passphrase", .error))
        }
        throw IdentityError(message: "the key \(name) was not opened")
    }

    private static func unlock(_ path: String, _ passphrase: String) throws -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return try inFile(String(decoding: data, as: UTF8.self)) { copy in
            // On a copy, which goes at once. The passphrase stands in the arguments of a program of ours for a moment; it
            // takes it in no other way without a terminal.
            let run = try keygen(["-p", "-q", "-P", passphrase, "-N", "", "-f", copy])
            guard run.status == 0, let open = FileManager.default.contents(atPath: copy) else { return nil }
            return String(decoding: open, as: UTF8.self)
        }
    }

    private static func publicKey(of text: String, _ name: String) throws -> String {
        try inFile(text) { copy in
            let run = try keygen(["-y", "-P", "", "-f", copy])
            let line = run.text.split(whereSeparator: \.isNewline).first.map(String.init)
            guard run.status == 0, let line else {
                let why = run.errors.split(whereSeparator: \.isNewline).last.map(String.init) ?? "no reason was given"
                throw IdentityError(message: "the key \(name) cannot be used: \(why.replacing(copy, with: name))")
            }
            return line
        }
    }

    private static func keygen(_ arguments: [String]) throws -> ProgramRun {
        do {
            return try ProgramRun(["ssh-keygen"] + arguments, seconds: 20)
        } catch ProgramRun.Failure.missing {
            throw IdentityError(message: "ssh-keygen is needed to read keys; install OpenSSH's client")
        }
    }

    /// A copy that only its owner can read.
    private static func inFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
        let folder = try ProgramRun.temporaryFolder()
        defer { ProgramRun.remove(folder) }
        let path = folder + "/key"
        let written = FileManager.default.createFile(
            atPath: path, contents: Data((text.hasSuffix("\n") ? text : text + "\n").utf8),
            attributes: [.posixPermissions: 0o600])
        guard written else { throw IdentityError(message: "a temporary file cannot be written in \(folder)") }
        return try body(path)
    }
}
