import ArgumentParser

/// The root of the command line.
struct DstackCommand: ParsableCommand {
    /// The version of dstack whose API, configurations and commands this program speaks.
    static let version = "0.22.5"

    static let configuration = CommandConfiguration(
        commandName: "dstack",
        abstract: "Run tasks, dev environments and services on any machine.",
        discussion: "Describe a run in .dstack.yml and start it with `dstack apply`.",
        subcommands: [
            ApplyCommand.self, DeleteCommand.self, EventCommand.self, FleetCommand.self, LogsCommand.self,
            OfferCommand.self, ProjectCommand.self, PsCommand.self, RunCommand.self, ServerCommand.self,
            StopCommand.self,
            CompletionCommand.self, NamesCommand.self,
        ])

    @Flag(name: [.customShort("v"), .customLong("version")], help: "Show the version and exit.")
    var showsVersion = false

    func run() throws {
        if showsVersion {
            print(Self.version)
        } else {
            throw CleanExit.helpRequest(self)
        }
    }
}
