import ArgumentParser
import Client
import Wire

/// `dstack attach`
struct AttachCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "attach", abstract: "Attach to a run: its ports, SSH, and its log.",
        discussion: """
            Makes the run's ports reachable on this machine, and the run itself by `ssh RUN`, until the run ends or \
            Ctrl-C leaves it. Any number of terminals may be attached.
            """)

    @OptionGroup var project: ProjectOptions

    @Flag(help: "Show the run's log as well.")
    var logs = false

    @OptionGroup var forwarding: ForwardingOptions

    @Option(help: "The number of the replica. The default is any that runs.")
    var replica: Int?

    @Option(help: "The number of the job in its replica.")
    var job = 0

    @Option(
        help: "Show only what the log has after: a duration (10s, 5m, 1d) or a time (2026-09-24T15:30:00Z).")
    var since: String?

    @OptionGroup var identity: IdentityOptions

    @Argument(help: "The run's name.", completion: .names(.runs))
    var runName: String

    func run(_ session: Session) async throws {
        let start = try since.map { try SinceText.parse($0, now: TimeText.now()) }
        let dstack = try await session.dstack(project.name)
        guard let run = try await dstack.runs.get(runName) else {
            throw CommandError("Run \(runName, .code) not found")
        }
        let found = run.job(replica: replica, number: job)
        // A run that waits for its schedule has no jobs yet.
        guard found != nil || run.model.jobs.isEmpty else {
            let place = replica.map { "replica \($0)" } ?? "any replica"
            throw CommandError("Run \(runName, .code) has no job \(job) in \(place)")
        }
        if run.status.isFinished, !(run.status == .done && logs) {
            guard run.status == .done else { throw CommandError("Run \(runName, .code) is \(run.status.rawValue)") }
            return try await RunAttachment.showEnd(of: run, session)
        }
        let purpose = AttachPurpose(
            replica: found?.jobSpec.replicaNum ?? replica ?? 0, job: job,
            firstSubmission: found?.jobSubmissions.last?.submissionNum ?? 0, showsLog: logs, since: start,
            known: run.lastChange, host: forwarding.host ?? "localhost", overrides: forwarding.mappings,
            identity: identity.file(session), isAttach: true)
        try await RunAttachment(session: session, run: run, purpose: purpose).follow()
    }
}

extension Client.Run {
    /// The moment of the newest change that the run, as it was told, shows. In the server's time.
    fileprivate var lastChange: Timestamp {
        let submissions = model.jobs.flatMap(\.jobSubmissions).map(\.lastProcessedAt)
        return ([model.lastProcessedAt] + submissions).max() ?? model.submittedAt
    }
}
