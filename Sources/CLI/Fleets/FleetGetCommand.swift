import ArgumentParser
import Client
import Wire

/// `dstack fleet get`
struct FleetGetCommand: SessionCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Show a fleet.")

    @OptionGroup var project: ProjectOptions

    @Argument(help: "The fleet's name.", completion: .names(.fleets))
    var name: String?

    @Option(help: "The fleet's id, in place of its name.")
    var id: String?

    @Flag(help: "Show it as JSON, as the server tells it.")
    var json = false

    /// Checks of an instance that are asked for, and periods of equal ones that are shown.
    private static let checks = 1000
    private static let periods = 8

    func validate() throws {
        guard (name == nil) != (id == nil) else {
            throw ValidationError("Give either the fleet's name or --id")
        }
    }

    func run(_ session: Session) async throws {
        let dstack = try await session.dstack(project.name)
        do {
            let fleet =
                if let id {
                    try await dstack.api.fleets.get(project: dstack.project, id: id)
                } else {
                    try await dstack.api.fleets.get(project: dstack.project, name: name ?? "")
                }
            if json { return try await session.printJSON(fleet, indented: true) }
            try await show(fleet, session, dstack)
        } catch let error as ClientError where error.isMissingResource {
            throw CommandError("Fleet \(name ?? id ?? "", .code) not found")
        }
    }

    /// The fleet with its instances, and how these were over time.
    private func show(_ fleet: Fleet, _ session: Session, _ dstack: Dstack) async throws {
        await session.output.print(
            FleetsTable.make([fleet], project: dstack.project, verbose: true, now: TimeText.now()))
        var table = Table(columns: [
            .init(title: "INSTANCE", wraps: false), .init(title: "FROM", style: .secondary, wraps: false),
            .init(title: "TO", style: .secondary, wraps: false), .init(title: "HEALTH", wraps: false),
            .init(title: "FOUND"),
        ])
        for instance in fleet.instances {
            let checks = try await dstack.api.instances.healthChecks(
                project: fleet.projectName, fleet: fleet.name, number: instance.instanceNum, limit: Self.checks)
            // This machine may have nobody who looks at it.
            if checks.isEmpty, BackendText.isLocal(instance.backend, region: instance.region) { continue }
            for row in HealthHistory(checks).rows(instance, limit: Self.periods) { table.add(row) }
        }
        await session.output.print()
        if table.rows.isEmpty { return }
        await session.output.print(table)
        await session.output.print()
    }
}
