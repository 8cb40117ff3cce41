import ArgumentParser

/// `dstack project delete`
struct ProjectDeleteCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Forget a project. On its server it stays as it is.")

    @Option(help: "The project's name.")
    var name: String

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    func run(_ session: Session) async throws {
        var config = try await session.readConfig()
        guard config.project(name) != nil else {
            throw CommandError("Project \(name, .code) not found in \(session.configFile.path)")
        }
        guard try await session.confirm("Are you sure you want to delete project \(name, .code)?", unless: yes) else {
            return
        }
        config.remove(name)
        try await session.writeConfig(config)
        await session.output.print(StyledText("OK", .secondary))
    }
}
