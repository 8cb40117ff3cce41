import Client

/// What is said of an attachment.
enum AttachedText {
    /// As it begins.
    static func lines(
        _ attachment: RunAttachment, _ ports: [ForwardedPort], _ login: RunAttachment.Login?
    ) -> [StyledText] {
        let purpose = attachment.purpose
        let forwarded = ForwardedPortsText.lines(ports, host: purpose.host)
        guard purpose.isAttach else { return forwarded }
        return [
            "Attached to run \(attachment.run.name, .code) (replica=\(purpose.replica) job=\(purpose.job))"
        ] + forwarded + sshLines(login) + ["Press Ctrl+C to detach..."]
    }

    private static func sshLines(_ login: RunAttachment.Login?) -> [StyledText] {
        switch login {
        case nil: []
        case .made(let login): ["To connect to the run via SSH, use \("ssh \(login.name)", .code)."]
        case .missed(let why): [StyledText("The run cannot be reached by ssh: \(why)", .warning)]
        }
    }

    /// How to attach again to a run that was left.
    static func again(_ attachment: RunAttachment) -> StyledText {
        var command = "dstack attach \(attachment.run.name)"
        let purpose = attachment.purpose
        if purpose.replica != 0 { command += " --replica \(purpose.replica)" }
        if purpose.job != 0 { command += " --job \(purpose.job)" }
        if purpose.showsLog { command += " --logs" }
        return "The run goes on. Attach again with \(command, .code)"
    }
}
