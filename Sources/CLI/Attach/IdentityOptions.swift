import ArgumentParser
import Client

/// The key that opens a run to `ssh`.
struct IdentityOptions: ParsableArguments {
    @Option(
        name: .customLong("ssh-identity"),
        help: ArgumentHelp(
            "The private key that `ssh` opens the run with. The default is one that the server made for the user.",
            valueName: "path"))
    var path: String?

    /// The file, absolute.
    func file(_ session: Session) -> String? {
        path.map { RepoReader.Source.fullPath($0, base: ProgramPath.directory, home: session.home) }
    }

    /// The public half, for the run to let in; nil where no key is named.
    func publicKey(_ session: Session) async throws -> String? {
        guard let file = file(session) else { return nil }
        do {
            return try await offPool { try IdentityFile(path: file).publicKey() }
        } catch let error as IdentityFileError {
            throw CommandError("--ssh-identity: \(StyledText(error.description))")
        }
    }
}
