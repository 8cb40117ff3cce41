import ArgumentParser
import Client
import Configurations

/// `dstack project add`
struct ProjectAddCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a project or change one.",
        discussion: "The server is asked first: a project that cannot be reached is not added.")

    @Option(help: "The project's name.")
    var name: String

    @Option(help: "The server's address.")
    var url: String

    @Option(help: "The user's token.")
    var token: String

    @Flag(name: .shortAndLong, help: "Make it the default without asking.")
    var yes = false

    @Flag(name: .shortAndLong, help: "Do not make it the default, and do not ask.")
    var no = false

    func run(_ session: Session) async throws {
        try await check()
        var config = try await session.readConfig()
        let old = config.project(nil)
        if old == nil || old?.name != name || old?.url != url || old?.token != token {
            var isDefault = !no
            if !no, !yes, old != nil {
                isDefault = try await session.confirm("Set \(name, .code) as your default project?")
            }
            config.set(ClientConfig.Project(name: name, url: url, token: token, isDefault: isDefault))
            try await session.writeConfig(config)
        }
        await session.output.print("Configuration updated at \(session.configFile.path)")
    }

    /// Asks the server for the project.
    private func check() async throws {
        do {
            let api = try APIClient(url: url, token: token)
            _ = try await api.projects.get(name)
        } catch {
            throw explained(error)
        }
    }

    private func explained(_ error: ClientError) -> any Error {
        if error.code == .forbidden || error.code == .unauthorized {
            return CommandError("Access to \(url) is denied. Check the token.")
        }
        if error.code == .notFound || error.isMissingResource {
            return CommandError("Project \(name, .code) not found on \(url)")
        }
        return error
    }
}
