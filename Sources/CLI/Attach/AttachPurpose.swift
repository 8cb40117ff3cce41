import Client
import Wire

/// What an attachment is for.
struct AttachPurpose: Sendable {
    /// The job that is attached to.
    var replica = 0
    var job = 0
    /// Its first submission that counts.
    var firstSubmission = 0
    var showsLog = true
    /// Only what the log has after this moment.
    var since: Timestamp?
    /// Transitions up to this moment are known and not shown.
    var known: Timestamp?
    /// The local address that ports are forwarded from.
    var host = "localhost"
    var overrides: [PortMapping] = []
    /// The private key's file that opens the run; nil for the one that the server made for the user.
    var identity: String?
    /// Whether this is `dstack attach`, which only looks on: Ctrl-C leaves the run.
    var isAttach = false

    /// A run that was just submitted.
    static func apply(host: String?, identity: String?) -> AttachPurpose {
        AttachPurpose(host: host ?? "localhost", identity: identity)
    }

    var machine: AttachMachine {
        var machine = AttachMachine()
        machine.replica = replica
        machine.job = job
        machine.firstSubmission = firstSubmission
        machine.showsLog = showsLog
        return machine
    }
}
