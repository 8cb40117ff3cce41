import ArgumentParser
import Client
import Wire

/// `dstack __connect`: carries one connection to a job's SSH server over its standard input and output. `ssh` starts it, as
/// the configuration says that `dstack attach` writes.
struct ConnectCommand: SessionCommand {
    static let configuration = CommandConfiguration(commandName: "__connect", shouldDisplay: false)

    @OptionGroup var project: ProjectOptions
    @Option var replica = 0
    @Option var job = 0
    @Option var port = JobSSHServer.port
    /// The run's id: a later run of its name is another.
    @Argument var run: String

    func run(_ session: Session) async throws {
        let dstack = try await session.dstack(project.name)
        let (port, run, replica, job) = (port, run, replica, job)
        do {
            try await offPool {
                try dstack.carry(port: port, of: run, replica: replica, job: job, input: 0, output: 1)
            }
        } catch let error as CarryError {
            throw CommandError(StyledText(error.description))
        }
    }

    /// The command as `ssh` is told it.
    static func line(project: String, run: String, replica: Int, job: Int) -> String {
        let words = [
            ProgramPath.own, "__connect", "--project", project, "--replica", "\(replica)", "--job", "\(job)", run,
        ]
        // `ssh` reads % itself, and hands the rest to a shell.
        return ShellWords.join(words).replacing("%", with: "%%")
    }
}
