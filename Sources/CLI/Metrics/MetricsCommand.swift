import ArgumentParser
import Client
import Wire

/// `dstack metrics`
struct MetricsCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics", abstract: "Show what a run's jobs use: processors, memory, GPUs.")

    /// More than the hour that a running job's samples are kept for.
    private static let samples = 1000
    /// A sample comes as often.
    private static let interval = Duration.seconds(10)

    @OptionGroup var project: ProjectOptions

    @Flag(name: .shortAndLong, help: "Go on showing it as it changes.")
    var watch = false

    @Option(help: "Show only this replica.")
    var replica: Int?

    @Option(help: "Show only this job of each replica.")
    var job: Int?

    @Argument(help: "The run's name.", completion: .names(.runs))
    var runName: String

    func run(_ session: Session) async throws {
        let dstack = try await session.dstack(project.name)
        guard watch else {
            await session.output.print(try await table(session, dstack))
            return
        }
        try await untilInterrupted {
            while true {
                let table = try await table(session, dstack)
                if session.output.isTerminal {
                    await session.output.draw(live: table.lines(width: session.output.width))
                } else {
                    await session.output.print(table)
                }
                try await Task.sleep(for: Self.interval)
            }
        }
        await session.output.keepLive()
    }

    private func table(_ session: Session, _ dstack: Dstack) async throws -> Table {
        guard let run = try await dstack.runs.get(runName) else {
            throw CommandError("Run \(runName, .code) not found")
        }
        let jobs = run.model.jobs.filter { found in
            (replica.map { $0 == found.jobSpec.replicaNum } ?? true) && (job.map { $0 == found.jobSpec.jobNum } ?? true)
        }
        if jobs.isEmpty {
            let asked = [replica.map { "replica \($0)" }, job.map { "job \($0)" }].compactMap(\.self)
            throw CommandError("Run \(runName, .code) has no \(asked.joined(separator: " and no "))")
        }
        var shown: [(job: Job, metrics: JobMetrics)] = []
        for job in jobs {
            let metrics = try await dstack.api.metrics.job(
                project: dstack.project, run: runName, replica: job.jobSpec.replicaNum, job: job.jobSpec.jobNum,
                limit: Self.samples)
            shown.append((job, metrics))
        }
        return MetricsTable.make(shown, width: session.output.width)
    }
}
