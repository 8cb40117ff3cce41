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
        guard let submission = run.job(replica: replica, number: job)?.jobSubmissions.last else {
            throw CommandError("Run \(runName, .code) has no job \(job) in replica \(replica)")
        }
        guard diagnose || start != nil else {
            try await stream(run, session)
            return
        }
        if follow {
            throw CommandError("--follow shows the whole log; it does not go with --since or --diagnose")
        }
        var request = PollLogsRequest(
            runName: run.name, jobSubmissionId: submission.id, startTime: start, limit: 1000, diagnose: diagnose)
        repeat {
            let page = try await dstack.api.logs.poll(project: dstack.project, request)
            for entry in page.logs {
                guard let bytes = entry.bytes else {
                    throw CommandError("The server sent a piece of a log that cannot be read: it is not base64")
                }
                await session.output.write(raw: bytes)
            }
            request.nextToken = page.nextToken
        } while request.nextToken != nil
    }

    private func stream(_ run: Client.Run, _ session: Session) async throws {
        guard let log = run.logs(replica: replica, job: job, follow: follow) else {
            return
        }
        for try await piece in log {
            await session.output.write(raw: piece)
        }
    }
}
