import ArgumentParser
import Client
import Wire

/// `dstack secret set`
struct SecretSetCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Set a secret.",
        discussion: """
            A value on the command line is seen by other users of this machine and kept in the shell's history. \
            Without VALUE it is asked for without being shown; with - it is read from the standard input, without the \
            newline at its end.
            """)

    @OptionGroup var project: ProjectOptions

    @Argument(help: "The secret's name.")
    var name: String

    @Argument(help: "Its value; - reads it from the standard input.")
    var value: String?

    func run(_ session: Session) async throws {
        let dstack = try await session.dstack(project.name)
        let value = try await given(session)
        _ = try await dstack.api.secrets.set(project: dstack.project, name: name, value: value)
        await session.output.print(StyledText("OK", .secondary))
    }

    private func given(_ session: Session) async throws -> String {
        if let value, value != "-" { return value }
        if value == nil {
            guard session.input.isTerminal else {
                throw CommandError(
                    "No value is given. Pipe it to \("dstack secret set \(name) -", .code),"
                        + " or run the command at a terminal to be asked for it.")
            }
            // Ctrl-C must not leave the terminal silent.
            let interrupts = Interrupts()
            await session.input.setEcho(false)
            await session.errors.prompt("Value of \(name, .code) (not shown): ")
            let answer = await session.input.readLine(interrupts)
            await session.input.setEcho(true)
            await session.errors.print()
            switch answer {
            case .line(let line): return line
            case .endOfInput: throw CommandError("No value was given")
            case .interrupted: throw ExitStatus(status: 1)
            }
        }
        guard let text = await session.input.readAll() else {
            throw CommandError("The value on the standard input is not UTF-8 text")
        }
        return text
    }
}
