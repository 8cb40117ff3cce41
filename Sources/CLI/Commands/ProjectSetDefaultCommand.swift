import ArgumentParser

/// `dstack project set-default`
struct ProjectSetDefaultCommand: SessionCommand {
    static let configuration = CommandConfiguration(commandName: "set-default", abstract: "Choose the default project.")

    @Argument(help: "The project's name.")
    var name: String

    func run(_ session: Session) async throws {
        var config = try await session.readConfig()
        guard var project = config.project(name) else {
            throw CommandError("Project \(name, .code) not found in \(session.configFile.path)")
        }
        project.isDefault = true
        config.set(project)
        try await session.writeConfig(config)
        await session.output.print(StyledText("OK", .secondary))
    }
}
