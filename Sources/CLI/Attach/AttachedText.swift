import Client

/// What is said of an attachment.
enum AttachedText {
    /// As it begins.
    static func lines(_ attachment: RunAttachment, _ ports: [ForwardedPort]) -> [StyledText] {
        let purpose = attachment.purpose
        let forwarded = ForwardedPortsText.lines(ports, host: purpose.host)
        guard purpose.isAttach else { return forwarded }
        return [
            "Attached to run \(attachment.run.name, .code) (replica=\(purpose.replica) job=\(purpose.job))"
        ] + forwarded + ["Press Ctrl+C to detach..."]
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
