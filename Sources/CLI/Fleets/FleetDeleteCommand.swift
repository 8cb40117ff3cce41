import ArgumentParser
import Client
import Wire

/// `dstack fleet delete`
struct FleetDeleteCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a fleet, or some of its instances.")

    @OptionGroup var project: ProjectOptions

    @Option(
        name: [.customShort("i"), .customLong("instance")], parsing: .singleValue,
        help: ArgumentHelp("Only this instance; can be given several times.", valueName: "number"))
    var instances: [Int] = []

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @Argument(help: "The fleet's name.", completion: .names(.fleets))
    var name: String

    func run(_ session: Session) async throws {
        if name.contains("/") {
            throw CommandError("\(name, .code) names another project's fleet; only a project's own can be deleted")
        }
        let dstack = try await session.dstack(project.name)
        do {
            _ = try await dstack.api.fleets.get(project: dstack.project, name: name)
        } catch {
            throw error.isMissingResource ? CommandError("Fleet \(name, .code) does not exist") as any Error : error
        }
        let numbers = instances.map(String.init).joined(separator: ", ")
        let question: StyledText =
            instances.isEmpty
            ? "Delete the fleet \(name, .code)?" : "Delete the fleet \(name, .code) instances \(numbers, .code)?"
        guard try await session.confirm(question, unless: yes) else {
            await session.output.print()
            await session.output.print("Exiting...")
            return
        }
        if instances.isEmpty {
            try await dstack.api.fleets.delete(project: dstack.project, names: [name])
            await session.output.print("Fleet \(name, .code) deleted")
        } else {
            try await dstack.api.fleets.deleteInstances(project: dstack.project, name: name, numbers: instances)
            await session.output.print("Fleet \(name, .code) instances deleted")
        }
    }
}
