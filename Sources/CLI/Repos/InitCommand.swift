import ArgumentParser
import Client
import FoundationEssentials

/// `dstack init`
struct InitCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a Git repository known to the project.",
        discussion: "Finds out what opens the repository, and keeps that on the server for your runs.")

    @OptionGroup var project: ProjectOptions

    @Option(
        name: [.customShort("P"), .customLong("repo")],
        help: ArgumentHelp(
            "The path of a clone, or a URL. The default is the current directory.", valueName: "path-or-url"))
    var repo: String?

    @OptionGroup var access: RepoAccessOptions

    func run(_ session: Session) async throws {
        let source = RepoReader.Source(
            repo ?? ".", base: FileManager.default.currentDirectoryPath, home: session.home)
        try await RepoReader(session: session, dstack: try await session.dstack(project.name), access: access)
            .initialize(source)
        await session.output.print("OK")
    }
}
