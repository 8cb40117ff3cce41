import ArgumentParser
import Client
import Configurations
import Wire

/// `dstack apply`
struct ApplyCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Apply a configuration.",
        discussion: "Shows the plan, asks, submits, and follows the run to its end. Ctrl-C asks whether to stop it.")

    @OptionGroup var project: ProjectOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The configuration, - for the standard input. The default is .dstack.yml."),
        completion: .file(extensions: ["yml", "yaml"]))
    var file: String?

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @Flag(help: "Apply also where nothing has changed.")
    var force = false

    @Flag(name: .shortAndLong, help: "Leave once the run is submitted.")
    var detach = false

    @Flag(name: .shortAndLong, help: "Show all properties of the plan.")
    var verbose = false

    @OptionGroup var options: ApplyOptions

    func validate() throws {
        if file == "-", !yes {
            throw ValidationError("A configuration from the standard input needs --yes: nobody can answer there")
        }
    }

    func run(_ session: Session) async throws {
        let source = try await ConfigurationSource.load(file)
        let dstack = try await session.dstack(project.name)
        if case .fleet(let fleet) = source.file.configuration {
            let mode = FleetApply.Mode(yes: yes, force: force, detach: detach)
            return try await FleetApply(session: session, dstack: dstack, source: source, mode: mode)
                .run(fleet, options)
        }
        let (spec, repo) = try await RunSpecBuilder(session: session, dstack: dstack, source: source, options: options)
            .build()
        let plan = try await dstack.runs.plan(
            spec, maxOffers: options.maxOffers, fullOffers: options.fullOffers, unallocated: options.unallocated)
        try await RunPlanView(session: session, dstack: dstack, plan: plan, maxOffers: options.maxOffers)
            .show(verbose: verbose)
        guard let answer = try await decide(plan, session, dstack) else {
            return
        }
        if let repo, let changes = repo.changes {
            try await dstack.api.repos.uploadCode(
                project: dstack.project, repoID: repo.id, hash: changes.hash, code: changes.diff)
        }
        let run = try await dstack.runs.submit(plan, force: force)
        if detach {
            let done = plan.action == .update && answer == .apply ? "updated" : "submitted"
            await session.output.print("Run \(run.name, .code) \(done), detaching...")
            if let start = run.model.nextStart {
                await session.output.print(StyledText("Next run: \(TimeText.dateAndZone(start))", .secondary))
            }
            return
        }
        try await RunAttachment(
            session: session, run: run,
            purpose: .apply(
                host: options.forwarding.host, identity: options.identity.file(session))
        ).follow()
    }

    /// What the user wants of a plan.
    private enum Answer {
        case apply
        /// The run that was in the way has ended.
        case override
    }

    /// Asks what has to be asked, and stops a run that is in the way. Nil where the user says no.
    private func decide(_ plan: RunPlan, _ session: Session, _ dstack: Dstack) async throws -> Answer? {
        let decision = ApplyDecision(plan: plan, yes: yes, force: force)
        for line in decision.notes {
            await session.output.print(line)
        }
        guard let question = decision.question else {
            return nil
        }
        guard try await session.confirm(question, unless: yes) else {
            await session.output.print()
            await session.output.print("Exiting...")
            return nil
        }
        if let name = decision.runToStop, let old = try await dstack.runs.get(name) {
            await session.output.print("Stopping run...")
            try await old.stop()
            _ = try await old.finished()
        }
        return decision.runToStop == nil ? .apply : .override
    }
}
