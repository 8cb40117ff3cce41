import ArgumentParser

/// The root of the command line.
struct DstackCommand: ParsableCommand {
    /// The version of dstack whose API, configurations and commands this program speaks.
    static let version = "0.22.5"

    static let configuration = CommandConfiguration(
        commandName: "dstack",
        abstract: "Run jobs on machines, watch them and end them.",
        discussion: "Describe a run in .dstack.yml and start it with `dstack apply`.",
        version: version,
        subcommands: [
            ApplyCommand.self, AttachCommand.self, DeleteCommand.self, EventCommand.self, FleetCommand.self,
            InitCommand.self,
            LogsCommand.self, MetricsCommand.self, OfferCommand.self, ProjectCommand.self, PsCommand.self,
            RunCommand.self,
            SecretCommand.self, ServerCommand.self, StopCommand.self,
            CompletionCommand.self, NamesCommand.self, ConnectCommand.self,
        ])
}
