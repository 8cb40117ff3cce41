import ArgumentParser
import Client

/// `dstack stop`
struct StopCommand: SessionCommand {
    static let configuration = CommandConfiguration(commandName: "stop", abstract: "Stop a run.")

    @OptionGroup var project: ProjectOptions

    @Flag(
        name: [.customShort("x"), .customLong("abort")], help: "End it at once, without letting its commands finish.")
    var abort = false

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @Argument(help: "The run's name.", completion: .names(.activeRuns))
    var runName: String

    func run(_ session: Session) async throws {
        let dstack = try await session.dstack(project.name)
        guard let run = try await dstack.runs.get(runName) else {
            throw CommandError("Run \(runName, .code) not found")
        }
        guard try await session.confirm("Are you sure you want to stop the run?", unless: yes) else {
            return
        }
        try await run.stop(abort: abort)
        await session.output.print(abort ? "Aborted" : "Stopped")
    }
}
