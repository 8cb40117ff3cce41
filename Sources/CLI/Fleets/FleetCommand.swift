import ArgumentParser
import Client

/// `dstack fleet`
struct FleetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet", abstract: "Manage fleets.",
        subcommands: [FleetListCommand.self, FleetDeleteCommand.self, FleetGetCommand.self],
        defaultSubcommand: FleetListCommand.self)
}

/// `dstack fleet list`
struct FleetListCommand: SessionCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List fleets.")

    @OptionGroup var project: ProjectOptions

    @Flag(name: .shortAndLong, help: "Go on showing the fleets as they change.")
    var watch = false

    @Flag(name: .shortAndLong, help: "Show more of each fleet.")
    var verbose = false

    func run(_ session: Session) async throws {
        let dstack = try await session.dstack(project.name)
        let table: @Sendable () async throws -> Table = { [verbose] in
            let fleets = try await dstack.api.fleets.list(project: dstack.project)
            return FleetsTable.make(fleets, project: dstack.project, verbose: verbose, now: TimeText.now())
        }
        if watch {
            try await TableWatch(session: session, dstack: dstack) { .init(table: try await table()) }.run()
            return
        }
        await session.output.print(try await table())
        await session.output.print()
    }
}
