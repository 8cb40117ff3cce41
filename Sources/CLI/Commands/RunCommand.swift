import ArgumentParser
import Client
import Wire

/// `dstack run`: the older name of `dstack apply`, and `dstack run get`.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Manage runs; without a subcommand the older name of apply.",
        subcommands: [RunGetCommand.self, ApplyCommand.self], defaultSubcommand: ApplyCommand.self)
}

/// `dstack run get`
struct RunGetCommand: SessionCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Show a run.")

    @OptionGroup var project: ProjectOptions

    @Argument(help: "The run's name.", completion: .names(.runs))
    var name: String?

    @Option(help: "The run's id, in place of its name.")
    var id: String?

    @Flag(help: "Show it as JSON.")
    var json = false

    func validate() throws {
        guard (name == nil) != (id == nil) else {
            throw ValidationError("Give either the run's name or --id")
        }
        guard json else {
            throw ValidationError("Only --json is there as output")
        }
    }

    func run(_ session: Session) async throws {
        let dstack = try await session.dstack(project.name)
        do {
            let run =
                if let id {
                    try await dstack.api.runs.get(project: dstack.project, id: id)
                } else {
                    try await dstack.api.runs.get(project: dstack.project, name: name ?? "")
                }
            try await session.printJSON(run, indented: true)
        } catch let error as ClientError where error.isMissingResource {
            throw CommandError("Run \(name ?? id ?? "", .code) not found")
        }
    }
}
