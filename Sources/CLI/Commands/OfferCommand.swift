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

    @Option(help: ArgumentHelp("How many offers are shown.", valueName: "n"))
    var maxOffers = 50

    @Flag(help: "Show offers whole, not cut to the requirements.")
    var fullOffers = false

    @Flag(help: "Show only what is not in use.")
    var unallocated = false

    @OptionGroup(title: "Resources") var resources: ResourceOptions
    @OptionGroup(title: "Profile") var profile: ProfileOptions

    func validate() throws {
        guard (1...10_000).contains(maxOffers) else {
            throw ValidationError("--max-offers takes a number from 1 to 10000, not \(maxOffers)")
        }
    }

    func run(_ session: Session) async throws {
        let dstack = try await session.dstack(project.name)
        let spec = try await spec(session)
        let request = GetRunPlanRequest(
            runSpec: spec, maxOffers: maxOffers, fullOffers: fullOffers, unallocatedResources: unallocated,
            forOffersOnly: true)
        let plan = try await dstack.api.runs.getPlan(project: dstack.project, request)
        guard let job = plan.jobPlans.first else {
            throw CommandError("The server sent a plan without jobs")
        }
        if json || format == .json {
            try await session.printJSON(OfferOutput(plan: plan, job: job))
        } else {
            await show(plan, job, session.output)
        }
    }

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

/// What `dstack offer --json` prints.
struct OfferOutput: Encodable {
    struct Requirements: Encodable {
        var resources: ResourcesSpec
        var maxPrice: Double?
        var spot: Bool?
        var reservation: String?

        enum CodingKeys: String, CodingKey {
            case resources
            case maxPrice = "max_price"
            case spot
            case reservation
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(resources, forKey: .resources)
            try container.encode(maxPrice, forKey: .maxPrice)
            try container.encode(spot, forKey: .spot)
            try container.encode(reservation, forKey: .reservation)
        }
    }

    var project: String
    var user: String
    var requirements: Requirements
    var offers: [InstanceOfferWithAvailability]
    var totalOffers: Int

    enum CodingKeys: String, CodingKey {
        case project, user, requirements, offers
        case totalOffers = "total_offers"
    }

    init(plan: RunPlan, job: JobPlan) {
        project = plan.projectName
        user = plan.user
        let policy = plan.runSpec.configuration.profile.spotPolicy ?? .auto
        requirements = Requirements(
            resources: job.jobSpec.requirements.resources, maxPrice: job.jobSpec.requirements.maxPrice,
            spot: policy == .auto ? nil : policy == .spot,
            reservation: plan.runSpec.configuration.profile.reservation)
        offers = job.offers
        totalOffers = job.totalOffers
    }
}
