import ArgumentParser

/// `dstack project`
struct ProjectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "project", abstract: "Manage the configured projects.",
        subcommands: [
            ProjectAddCommand.self, ProjectListCommand.self, ProjectSetDefaultCommand.self, ProjectDeleteCommand.self,
        ],
        defaultSubcommand: ProjectListCommand.self)
}
