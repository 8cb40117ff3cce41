import Client
import Configurations
import Wire

/// `dstack apply` of a fleet: shows the plan, asks, applies it and follows the set-up of its hosts.
struct FleetApply {
    struct Mode {
        var yes: Bool
        var force: Bool
        var detach: Bool
    }

    /// Between two looks at a fleet whose hosts are being set up.
    private static let pause = Duration.milliseconds(500)

    let session: Session
    let dstack: Dstack
    let source: ConfigurationSource
    let mode: Mode

    func run(_ configuration: FleetConfiguration, _ options: ApplyOptions) async throws {
        let spec = try await FleetSpecBuilder(session: session, source: source).build(configuration, options)
        let plan = try await dstack.api.fleets.getPlan(project: dstack.project, GetFleetPlanRequest(spec: spec))
        await session.output.print(PropertiesTable.make(FleetPlanText.properties(of: plan)))
        await session.output.print()
        let decision = FleetDecision(plan: plan, yes: mode.yes, force: mode.force)
        for line in decision.notes { await session.output.print(line) }
        guard let question = decision.question else { return }
        guard try await session.confirm(question, unless: mode.yes) else {
            await session.output.print()
            await session.output.print("Exiting...")
            return
        }
        if let name = decision.fleetToDelete {
            await session.output.print("Deleting the fleet \(name, .code)...")
            try await FleetRemoval(dstack: dstack, name: name).run()
        }
        let input = ApplyFleetPlanInput(
            spec: spec, currentResource: decision.fleetToDelete == nil ? plan.currentResource : nil)
        let fleet = try await dstack.api.fleets.apply(
            project: dstack.project, ApplyFleetPlanRequest(plan: input, force: mode.force))
        if mode.detach {
            await session.output.print("Fleet \(fleet.name, .code) submitted, detaching...")
            return
        }
        try await follow(fleet)
    }

    // MARK: Set-up

    /// Shows each host's set-up until the last one has ended. Ctrl-C leaves it to the server.
    private func follow(_ fleet: Fleet) async throws {
        let ids = Set(fleet.instances.map(\.id))
        let interrupts = Interrupts()
        let last = try await withThrowingTaskGroup(of: Fleet?.self) { group -> Fleet? in
            group.addTask { try await watch(fleet) }
            group.addTask {
                try await interrupts.wait()
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        guard let last else {
            await session.output.keepLive()
            await session.output.print()
            return await session.output.print(
                "Exiting... The set-up goes on; \("dstack fleet -w", .code) shows it.")
        }
        await session.output.eraseLive()
        let failed = last.instances.filter { $0.status == .terminated && ids.contains($0.id) }
        await session.output.print(
            FleetsTable.make([last], project: dstack.project, verbose: false, now: TimeText.now()))
        if failed.isEmpty { return }
        await session.output.print()
        for instance in failed {
            let why = instance.terminationReasonMessage ?? instance.terminationReason?.rawValue ?? "it failed"
            await session.output.print(StyledText("\(instance.hostname ?? instance.name): \(why)", .error))
        }
        let rest = last.instances.count - failed.count
        await session.output.print(
            "\(failed.count) of \(last.instances.count) hosts failed\(rest > 0 ? "; the others are ready" : "")."
                + " Mend them and apply again.")
        throw ExitStatus(status: 1)
    }

    private func watch(_ first: Fleet) async throws -> Fleet {
        var fleet = first
        var told: [String: String] = [:]
        while true {
            if session.output.isTerminal {
                let table = FleetsTable.make([fleet], project: dstack.project, verbose: false, now: TimeText.now())
                await session.output.draw(live: table.lines(width: session.output.width))
            } else {
                for instance in fleet.instances {
                    let line = FleetPlanText.progress(of: instance)
                    guard told.updateValue(line, forKey: instance.id) != line else { continue }
                    await session.output.print(StyledText("\(instance.hostname ?? instance.name): \(line)"))
                }
            }
            if !fleet.instances.contains(where: \.isMoving) { return fleet }
            try await Task.sleep(for: Self.pause)
            fleet = try await dstack.api.fleets.get(project: dstack.project, id: fleet.id)
        }
    }
}

extension Instance {
    /// Whether it is being set up or removed.
    fileprivate var isMoving: Bool {
        switch status {
        case .pending, .provisioning, .terminating: true
        case .idle, .busy, .terminated: false
        }
    }
}
