import ArgumentParser
import Client
import Wire

/// `dstack ps`
struct PsCommand: SessionCommand {
    static let configuration = CommandConfiguration(commandName: "ps", abstract: "List runs.")

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case plain, json
    }

    @OptionGroup var project: ProjectOptions

    @Flag(name: .shortAndLong, help: "Show all runs; without it, those that are active or the last finished one.")
    var all = false

    @Flag(name: .shortAndLong, help: "Show more of each run.")
    var verbose = false

    @Flag(name: .shortAndLong, help: "Go on showing the runs as they change.")
    var watch = false

    @Option(name: [.customShort("n"), .customLong("last")], help: "Show the last N runs, finished or not.")
    var last: Int?

    @Option(help: "The form of the output.")
    var format = Format.plain

    @Flag(help: "The same as --format json.")
    var json = false

    func validate() throws {
        if watch, json || format == .json {
            throw ValidationError("--watch shows a table, not JSON")
        }
        if let last, !(1...100).contains(last) {
            throw ValidationError("--last takes a number from 1 to 100, not \(last)")
        }
    }

    func run(_ session: Session) async throws {
        let dstack = try await session.dstack(project.name)
        if watch {
            try await TableWatch(session: session, dstack: dstack) { [all, last, verbose] in
                let runs = try await dstack.runs.list(all: all, limit: last).map(\.model)
                return .init(
                    table: RunsTable.make(runs, verbose: verbose, now: TimeText.now()),
                    isMoving: runs.contains { PullBar.isOwed(to: $0) })
            }.run()
            return
        }
        let runs = try await dstack.runs.list(all: all, limit: last).map(\.model)
        if json || format == .json {
            try await session.printJSON(PsOutput(project: dstack.project, runs: runs))
        } else {
            await session.output.print(RunsTable.make(runs, verbose: verbose, now: TimeText.now()))
        }
    }
}

/// What `dstack ps --json` prints.
struct PsOutput: Encodable {
    let project: String
    let runs: [Wire.Run]
}
