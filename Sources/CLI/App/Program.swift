import ArgumentParser
import Client

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The program `dstack`: parses the command line, runs the command, turns every error into words and an exit status.
@main
enum Program {
    static func main() async {
        // A reader that went away (`dstack ps | head`) is seen where the write fails.
        signal(SIGPIPE, SIG_IGN)
        exit(await run(Array(CommandLine.arguments.dropFirst())))
    }

    /// Runs one command line and returns the exit status: 0, 1 for a failure, 2 for a wrong command line.
    static func run(_ arguments: [String]) async -> Int32 {
        let environment = ProcessEnvironment.variables()
        let output = Console(descriptor: 1, environment: environment)
        let errors = Console(descriptor: 2, environment: environment)
        do {
            var command = try DstackCommand.parseAsRoot(ArgumentOrder.normalized(arguments))
            if let sessionCommand = command as? any SessionCommand {
                try await sessionCommand.run(
                    Session(output: output, errors: errors, input: Prompt(), environment: environment))
            } else {
                try command.run()
            }
            return 0
        } catch let error as ExitStatus {
            return error.status
        } catch {
            return await report(error, output: output, errors: errors)
        }
    }

    private static func report(_ error: any Error, output: Console, errors: Console) async -> Int32 {
        switch error {
        case let error as CommandError:
            await errors.print(error.text)
            return 1
        case let error as ClientError:
            await errors.print(StyledText(error.description, .error))
            return 1
        default:
            break
        }
        let code = DstackCommand.exitCode(for: error)
        if code == .success {
            await output.print(StyledText(DstackCommand.fullMessage(for: error)))
            return 0
        }
        if code == .validationFailure {
            await errors.print(StyledText(DstackCommand.fullMessage(for: error)))
            return 2
        }
        await errors.print(StyledText("\(error)", .error))
        return 1
    }
}
