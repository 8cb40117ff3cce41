import ArgumentParser

/// The flags of dstack's `apply` and `attach` that need what is not there yet: SSH into the run.
///
/// Each is known, so that it is refused by its name and with the reason, and none is ignored.
struct UnservedOptions: ParsableArguments {
    @Option(
        name: .customLong("ssh-identity"),
        help: ArgumentHelp("The private key of an SSH tunnel to the run.", valueName: "path"))
    var sshIdentity: String?

    /// What the flags that were given would need: one sentence for each; none where all is served.
    var refusals: [String] {
        sshIdentity == nil
            ? []
            : [
                "--ssh-identity is not served yet: runs are followed over the server, not over SSH. Leave it out."
            ]
    }

    /// Throws where a flag was given that is not served.
    func refuse() throws {
        if !refusals.isEmpty {
            throw CommandError(StyledText(refusals.joined(separator: "\n")))
        }
    }
}
