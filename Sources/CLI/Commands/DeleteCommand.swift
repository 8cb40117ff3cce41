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
        switch source.file.configuration {
        case .run(let configuration):
            guard let name = configuration.base.name else {
                throw CommandError("\(source.path) names no run to delete")
            }
            try await deleteRun(name, session)
        case .fleet(let fleet):
            guard let name = fleet.name else { throw CommandError("\(source.path) names no fleet to delete") }
            try await deleteFleet(name, session)
        case .gateway, .volume:
            throw CommandError("\(source.path): a \(source.file.configuration.type) cannot be deleted yet")
        }
    }

    private func deleteRun(_ name: String, _ session: Session) async throws {
        let dstack = try await session.dstack(project.name)
        guard try await dstack.runs.get(name) != nil else {
            throw CommandError("Run \(name, .code) does not exist")
        }
        guard try await asks("Delete the run \(name, .code)?", session) else { return }
        try await dstack.api.runs.delete(project: dstack.project, names: [name])
        await session.output.print("Run \(name, .code) deleted")
    }

    private func deleteFleet(_ name: String, _ session: Session) async throws {
        let dstack = try await session.dstack(project.name)
        let removal = FleetRemoval(dstack: dstack, name: name)
        guard try await removal.isThere() else { throw CommandError("Fleet \(name, .code) does not exist") }
        guard try await asks("Delete the fleet \(name, .code)?", session) else { return }
        await session.output.print("Deleting the fleet \(name, .code)...")
        try await removal.run()
        await session.output.print("Fleet \(name, .code) deleted")
    }

    /// - Returns: false where the user does not want it.
    private func asks(_ question: StyledText, _ session: Session) async throws -> Bool {
        if try await session.confirm(question, unless: yes) { return true }
        await session.output.print()
        await session.output.print("Exiting...")
        return false
    }
}
