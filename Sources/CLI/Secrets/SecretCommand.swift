import ArgumentParser
import Client
import Wire

/// `dstack secret`
struct SecretCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret", abstract: "Manage a project's secrets.",
        discussion: "A configuration refers to a secret as ${{ secrets.NAME }}.",
        subcommands: [
            SecretListCommand.self, SecretGetCommand.self, SecretSetCommand.self, SecretDeleteCommand.self,
        ],
        defaultSubcommand: SecretListCommand.self)
}

/// `dstack secret list`
struct SecretListCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List a project's secrets, without their values.")

    @OptionGroup var project: ProjectOptions

    func run(_ session: Session) async throws {
        let dstack = try await session.dstack(project.name)
        let secrets = try await dstack.api.secrets.list(project: dstack.project)
        await session.output.print(SecretsTable.make(secrets))
    }
}

/// `dstack secret get`
struct SecretGetCommand: SessionCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Show a secret with its value.")

    @OptionGroup var project: ProjectOptions

    @Argument(help: "The secret's name.", completion: .names(.secrets))
    var name: String

    func run(_ session: Session) async throws {
        let dstack = try await session.dstack(project.name)
        do {
            let secret = try await dstack.api.secrets.get(project: dstack.project, name: name)
            await session.output.print(SecretsTable.make([secret]))
        } catch {
            throw error.isMissingResource ? CommandError("Secret \(name, .code) does not exist") as any Error : error
        }
    }
}

/// `dstack secret delete`
struct SecretDeleteCommand: SessionCommand {
    static let configuration = CommandConfiguration(commandName: "delete", abstract: "Delete a secret.")

    @OptionGroup var project: ProjectOptions

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @Argument(help: "The secret's name.", completion: .names(.secrets))
    var name: String

    func run(_ session: Session) async throws {
        let dstack = try await session.dstack(project.name)
        guard try await session.confirm("Delete the secret \(name, .code)?", unless: yes) else {
            await session.output.print()
            await session.output.print("Exiting...")
            return
        }
        do {
            try await dstack.api.secrets.delete(project: dstack.project, names: [name])
        } catch {
            throw error.isMissingResource ? CommandError("Secret \(name, .code) does not exist") as any Error : error
        }
        await session.output.print(StyledText("OK", .secondary))
    }
}

/// The table of `dstack secret`.
enum SecretsTable {
    static func make(_ secrets: [Secret]) -> Table {
        var table = Table(columns: [.init(title: "NAME", wraps: false), .init(title: "VALUE")])
        for secret in secrets {
            table.add(["NAME": StyledText(secret.name), "VALUE": StyledText(secret.value ?? "******")])
        }
        return table
    }
}
