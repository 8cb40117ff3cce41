import Wire

/// The runs of a project.
public struct Runs: Sendable {
    /// The project that they belong to.
    public let dstack: Dstack

    /// What submitting would do: the jobs, their offers and the run that is there already.
    ///
    /// - Parameters:
    ///   - maxOffers: how many offers the answer may hold, 1 … 10,000; the server's 50 where `nil`.
    ///   - fullOffers: whether offers are told whole, not cut to the requirements.
    ///   - unallocated: whether what is in use is left out of the offers.
    public func plan(
        _ spec: RunSpec, maxOffers: Int? = nil, fullOffers: Bool = false, unallocated: Bool = false
    ) async throws(ClientError) -> RunPlan {
        try await dstack.api.runs.getPlan(
            project: dstack.project,
            GetRunPlanRequest(
                runSpec: spec, maxOffers: maxOffers, fullOffers: fullOffers, unallocatedResources: unallocated))
    }

    /// Submits the run of a plan, or updates the active run that the plan found.
    public func submit(_ plan: RunPlan, force: Bool = false) async throws(ClientError) -> Run {
        let input = ApplyRunPlanInput(runSpec: plan.runSpec, currentResource: plan.currentResource)
        let model = try await dstack.api.runs.apply(
            project: dstack.project, ApplyRunPlanRequest(plan: input, force: force))
        return Run(dstack: dstack, model: model)
    }

    /// Plans and submits in one step.
    public func submit(_ spec: RunSpec) async throws(ClientError) -> Run {
        try await submit(try await plan(spec))
    }

    /// The newest run of a name; `nil` when there is none.
    public func get(_ name: String) async throws(ClientError) -> Run? {
        do {
            return Run(dstack: dstack, model: try await dstack.api.runs.get(project: dstack.project, name: name))
        } catch  where error.isMissingResource {
            return nil
        }
    }

    /// Runs, newest first, at most 100. Without `all` and `limit`: those that are active or, if none is, the last one.
    public func list(all: Bool = false, limit: Int? = nil) async throws(ClientError) -> [Run] {
        let onlyActive = !all && limit == nil
        var request = ListRunsRequest(
            projectName: dstack.project, onlyActive: onlyActive, jobSubmissionsLimit: 1, limit: limit ?? 100)
        var models = try await dstack.api.runs.list(request)
        if onlyActive, models.isEmpty {
            request.onlyActive = false
            request.limit = 1
            models = try await dstack.api.runs.list(request)
        }
        return models.map { Run(dstack: dstack, model: $0) }
    }

    /// The transitions of all runs of the project, without end.
    public func transitions(since: Int64 = 0) -> TransitionStream {
        dstack.api.runs.transitions(project: dstack.project, since: since)
    }
}
