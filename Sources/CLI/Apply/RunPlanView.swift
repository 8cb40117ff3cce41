import Client
import Wire

/// Shows a run's plan, and refuses one that no offer meets.
struct RunPlanView {
    let session: Session
    let dstack: Dstack
    let plan: RunPlan
    let maxOffers: Int

    func show(verbose: Bool) async throws {
        guard let job = plan.jobPlans.first else {
            throw CommandError("The server sent a plan without jobs")
        }
        await session.output.print(PropertiesTable.make(RunPlanText.properties(of: plan, job, verbose: verbose)))
        await session.output.print()
        let shown = Array(job.offers.prefix(maxOffers))
        guard !shown.isEmpty else {
            try await explainNoOffers(job)
            return
        }
        await session.output.print(OffersTable.make(shown, total: job.totalOffers, dimsFurther: true))
        if let rest = OffersTable.remainder(shown: shown.count, total: job.totalOffers, maxPrice: job.maxPrice ?? 0) {
            await session.output.print(rest)
        }
        await session.output.print()
    }

    /// Says what is missing. Unless the run may wait for capacity, submitting it would only make a failed run.
    private func explainNoOffers(_ job: JobPlan) async throws {
        let fleets = try await dstack.api.fleets.list(project: dstack.project)
        let mayWait = RunPlanText.retriesNoCapacity(job.jobSpec.retry)
        if fleets.isEmpty {
            let text: StyledText =
                "The project has no fleets: there is nothing to run on. Create one, or start the server without DSTACK_LOCAL_FLEET_DISABLED."
            guard mayWait else {
                throw CommandError(text)
            }
            await session.output.print(text.styled(.error))
            await session.output.print()
            return
        }
        var text: StyledText = "No offer meets the requirements"
        let missing = missingNames(fleets)
        if !missing.isEmpty {
            text = StyledText(missing.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: "\n"))
        } else if let nearest = try await nearestOffer(job) {
            let unmet = OfferGap.between(job.jobSpec.requirements, nearest)
            text = StyledText(OfferGap.words(unmet, job.jobSpec.requirements, nearest))
        }
        guard mayWait else {
            throw CommandError(
                text
                    + "\nNothing was submitted. With \("retry", .code) on no-capacity the run waits until an offer meets it."
            )
        }
        await session.output.print(text.styled(.warning))
        await session.output.print()
    }

    /// What of the fleets and instances that the run names is not there.
    private func missingNames(_ fleets: [Fleet]) -> [String] {
        let profile = (plan.effectiveRunSpec ?? plan.runSpec).mergedProfile
        return MissingNames.words(
            fleets: profile.fleets, instances: profile.instances, in: "project \(dstack.project)",
            present: fleets.map { fleet in
                let instances = fleet.instances.map {
                    MissingNames.Instance(name: $0.name, hostname: $0.hostname ?? "", number: $0.instanceNum)
                }
                return (fleet: fleet.name, instances: instances)
            })
    }

    /// The offer that comes closest when nothing in particular is asked for.
    private func nearestOffer(_ job: JobPlan) async throws -> InstanceOfferWithAvailability? {
        var spec = plan.runSpec
        spec.configuration.base.resources = .unconstrained
        spec.configuration.profile.maxPrice = nil
        spec.configuration.profile.spotPolicy = .auto
        spec.configuration.base.name = nil
        spec.runName = nil
        spec.profile?.params.maxPrice = nil
        spec.profile?.params.spotPolicy = nil
        let request = GetRunPlanRequest(runSpec: spec, maxOffers: 50, fullOffers: true, forOffersOnly: true)
        let offers = try await dstack.api.runs.getPlan(project: dstack.project, request).jobPlans.first?.offers ?? []
        return offers.min { left, right in
            let requirements = job.jobSpec.requirements
            return OfferGap.between(requirements, left).count < OfferGap.between(requirements, right).count
        }
    }
}

extension ResourcesSpec {
    /// What every machine has.
    static var unconstrained: ResourcesSpec {
        ResourcesSpec(
            cpu: CPUSpec(count: CountRange(min: 1)), memory: MemoryRange(min: Memory(gigabytes: 0)), gpu: .any,
            disk: nil)
    }
}
