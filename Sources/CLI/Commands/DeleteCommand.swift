import ArgumentParser
import Client

/// `dstack delete`
struct DeleteCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete what a configuration describes.", aliases: ["destroy"])

    @OptionGroup var project: ProjectOptions

    @Option(
        name: .shortAndLong, help: "The configuration. The default is .dstack.yml.",
        completion: .file(extensions: ["yml", "yaml"]))
    var file: String?

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    func run(_ session: Session) async throws {
        let source = try await ConfigurationSource.load(file)
        guard case .run(let configuration) = source.file.configuration else {
            throw CommandError("\(source.path): a \(source.file.configuration.type) cannot be deleted yet")
        }
        guard let name = configuration.base.name else {
            throw CommandError("\(source.path) names no run to delete")
        }
        let dstack = try await session.dstack(project.name)
        guard try await dstack.runs.get(name) != nil else {
            throw CommandError("Run \(name, .code) does not exist")
        }
        guard try await session.confirm("Delete the run \(name, .code)?", unless: yes) else {
            await session.output.print()
            await session.output.print("Exiting...")
            return
        }
        try await dstack.api.runs.delete(project: dstack.project, names: [name])
        await session.output.print("Run \(name, .code) deleted")
    }
}
