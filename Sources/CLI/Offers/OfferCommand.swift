import ArgumentParser
import Client
import Wire

/// `dstack offer`
struct OfferCommand: SessionCommand {
    static let configuration = CommandConfiguration(commandName: "offer", abstract: "List offers.")

    @OptionGroup var project: ProjectOptions

    @Option(help: "The form of the output.")
    var format = PsCommand.Format.plain

    @Flag(help: "The same as --format json.")
    var json = false

    @Option(
        name: .customLong("group-by"), parsing: .singleValue,
        help: ArgumentHelp(
            "Show GPUs in place of offers, by gpu and of backend, region and count what is named.",
            valueName: "fields"))
    var groupBy: [String] = []

    @Option(help: ArgumentHelp("How many offers are shown.", valueName: "n"))
    var maxOffers = 50

    @Flag(help: "Show offers whole, not cut to the requirements.")
    var fullOffers = false

    @Flag(help: "Show only what is not in use.")
    var unallocated = false

    @OptionGroup(title: "Resources") var resources: ResourceOptions
    @OptionGroup(title: "Profile") var profile: ProfileOptions

    func validate() throws {
        guard (1...Self.mostOffers).contains(maxOffers) else {
            throw ValidationError("--max-offers takes a number from 1 to 10000, not \(maxOffers)")
        }
        _ = try grouping()
    }

    private func grouping() throws -> OfferGrouping {
        do {
            return try OfferGrouping(groupBy)
        } catch {
            throw ValidationError(error.message)
        }
    }

    func run(_ session: Session) async throws {
        let grouping = try grouping()
        let isGrouped = !grouping.fields.isEmpty
        let dstack = try await session.dstack(project.name)
        let spec = try await spec(session)
        let request = GetRunPlanRequest(
            runSpec: spec, maxOffers: isGrouped ? Self.mostOffers : maxOffers, fullOffers: fullOffers,
            unallocatedResources: unallocated, forOffersOnly: true)
        let plan = try await dstack.api.runs.getPlan(project: dstack.project, request)
        guard let job = plan.jobPlans.first else {
            throw CommandError("The server sent a plan without jobs")
        }
        let isJSON = json || format == .json
        switch (isGrouped, isJSON) {
        case (true, true):
            let groups = GPUGroups.make(job.offers, by: grouping)
            try await session.printJSON(
                GPUGroupsOutput(
                    project: plan.projectName, requirements: OfferRequirements(plan: plan, job: job),
                    groupBy: grouping.fields, gpus: groups))
        case (true, false):
            await show(GPUGroups.make(job.offers, by: grouping), by: grouping, plan, job, session.output)
        case (false, true):
            try await session.printJSON(OfferOutput(plan: plan, job: job))
        case (false, false):
            await show(plan, job, session.output)
        }
    }

    /// The most that a plan may hold. Groups are made here, of all offers.
    private static let mostOffers = 10_000

    /// A task that asks for nothing but what the flags say. The image is the word that keeps the server from
    /// looking one up.
    private func spec(_ session: Session) async throws -> RunSpec {
        var task = TaskConfiguration(commands: [":"])
        task.base.image = "scratch"
        task.base.user = "root"
        task.base.resources = .unconstrained
        resources.apply(to: &task.base.resources)
        profile.apply(to: &task.profile)
        return RunSpec(
            configuration: .task(task), profile: try await ProfileLoader(session: session).load(profile))
    }

    private func show(
        _ groups: [GPUGroup], by grouping: OfferGrouping, _ plan: RunPlan, _ job: JobPlan, _ output: Console
    ) async {
        let requirements = job.jobSpec.requirements
        await output.print(
            PropertiesTable.make([
                ("Project", plan.projectName), ("Resources", ResourcesText.of(requirements.resources)),
                ("Spot policy", RunPlanText.spotPolicy(requirements.spot)),
                ("Max price", requirements.maxPrice.map(PriceText.of) ?? "-"),
                ("Reservation", plan.runSpec.configuration.profile.reservation ?? "-"),
                ("Group by", grouping.fields.map(\.rawValue).joined(separator: ", ")),
            ]))
        await output.print()
        guard !groups.isEmpty else {
            let text =
                job.offers.isEmpty
                ? "No matching instance offers available." : "None of the \(job.totalOffers) matching offers has a GPU."
            await output.print(StyledText(text, .warning))
            await output.print()
            return
        }
        await output.print(GPUGroupsTable.make(groups, by: grouping))
    }

    private func show(_ plan: RunPlan, _ job: JobPlan, _ output: Console) async {
        let requirements = job.jobSpec.requirements
        await output.print(
            PropertiesTable.make([
                ("Project", plan.projectName), ("Resources", ResourcesText.of(requirements.resources)),
                ("Spot policy", RunPlanText.spotPolicy(requirements.spot)),
                ("Max price", requirements.maxPrice.map(PriceText.of) ?? "off"),
            ]))
        await output.print()
        guard !job.offers.isEmpty else {
            await output.print(StyledText("No matching instance offers available.", .warning))
            await output.print()
            return
        }
        await output.print(OffersTable.make(job.offers, total: job.totalOffers, dimsFurther: false))
        if let rest = OffersTable.remainder(
            shown: job.offers.count, total: job.totalOffers, maxPrice: job.maxPrice ?? 0)
        {
            await output.print(rest)
        }
        await output.print()
        if profile.fleets.isEmpty {
            let hint = "Hint: all offers are shown, whatever the fleets. To see those of one fleet, pass --fleet NAME."
            await output.print(StyledText(hint, .secondary))
        }
    }
}
