import ArgumentParser
import Client

/// `dstack __names`: names for a shell to complete, one a line. The completion scripts call it.
struct NamesCommand: SessionCommand {
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case runs, activeRuns = "active-runs", fleets, secrets
    }

    static let configuration = CommandConfiguration(commandName: "__names", shouldDisplay: false)

    @OptionGroup var project: ProjectOptions

    @Argument var kind: Kind

    func run(_ session: Session) async throws {
        let dstack = try await session.dstack(project.name)
        let names =
            switch kind {
            case .runs: try await dstack.runs.list(all: true).map(\.name)
            case .activeRuns: try await dstack.runs.list().map(\.name)
            case .fleets: try await dstack.api.fleets.list(project: dstack.project).map(\.name)
            case .secrets: try await dstack.api.secrets.list(project: dstack.project).map(\.name)
            }
        for name in names {
            await session.output.print(StyledText(name))
        }
    }
}

extension CompletionKind {
    /// Names that the server knows. What cannot be had is left out: a completion must not fail.
    static func names(_ kind: NamesCommand.Kind) -> CompletionKind {
        .shellCommand("dstack __names \(kind.rawValue) 2>/dev/null")
    }
}
