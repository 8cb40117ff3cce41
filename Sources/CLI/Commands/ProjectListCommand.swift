import ArgumentParser
import Client
import Configurations

/// `dstack project list`
struct ProjectListCommand: SessionCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the configured projects.")

    @Flag(name: .shortAndLong, help: "Ask each server for the token's user.")
    var verbose = false

    func run(_ session: Session) async throws {
        let config = try await session.readConfig()
        var columns: [Table.Column] = [
            .init(title: "PROJECT", style: .bold, wraps: false), .init(title: "URL", style: .secondary),
        ]
        if verbose {
            columns.append(.init(title: "USER", style: .secondary))
        }
        columns.append(.init(title: "DEFAULT", isCentred: true))
        var table = Table(columns: columns)
        for project in config.projects {
            var cells: [String: StyledText] = [
                "PROJECT": StyledText(project.name), "URL": StyledText(project.url),
                "DEFAULT": StyledText(project.isDefault ? "✓" : ""),
            ]
            if verbose {
                cells["USER"] = StyledText(await user(of: project))
            }
            table.add(cells, style: project.isDefault ? .bold : .plain)
        }
        await session.output.print(table)
    }

    private func user(of project: ClientConfig.Project) async -> String {
        do {
            return try await APIClient(url: project.url, token: project.token).users.getMyUser().username
        } catch {
            switch error.code {
            case .unauthorized, .forbidden: return "(invalid token)"
            case .unreachable: return "(unreachable)"
            default: return "(unknown)"
            }
        }
    }
}
