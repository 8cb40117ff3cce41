import ArgumentParser
import Client
import Wire

/// `dstack logs`
struct LogsCommand: SessionCommand {
    static let configuration = CommandConfiguration(commandName: "logs", abstract: "Show a run's logs.")

    @OptionGroup var project: ProjectOptions

    @Flag(name: .shortAndLong, help: "Show what the runner says about the run, not what its commands say.")
    var diagnose = false

    @Flag(name: .shortAndLong, help: "Go on showing the log until it is complete.")
    var follow = false

    @Option(help: "The number of the replica.")
    var replica = 0

    @Option(help: "The number of the job in its replica.")
    var job = 0

    @Option(
        help: "Show only what is newer: a duration (10s, 5m, 1d) or a time (2026-09-24T15:30:00Z).")
    var since: String?

    @Argument(help: "The run's name.", completion: .names(.runs))
    var runName: String

    func run(_ session: Session) async throws {
        let start = try since.map { try SinceText.parse($0, now: TimeText.now()) }
        let dstack = try await session.dstack(project.name)
        guard let run = try await dstack.runs.get(runName) else {
            throw CommandError("Run \(runName, .code) not found")
        }
        let log = run.logs(replica: replica, job: job, after: start, diagnose: diagnose, follow: follow)
        guard let log else {
            if run.model.jobs.isEmpty, let start = run.model.nextStart {
                throw CommandError(
                    "Run \(runName, .code) has no logs yet: its schedule starts it at \(TimeText.dateAndZone(start))")
            }
            throw CommandError("Run \(runName, .code) has no job \(job) in replica \(replica)")
        }
        for try await piece in log {
            await session.output.write(raw: piece)
        }
    }
}
