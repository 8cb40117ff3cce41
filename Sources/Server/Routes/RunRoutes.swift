import Hummingbird
import NIOCore
import Store
import Wire

/// `/api/runs/…` and `/api/project/:project/runs/…`
struct RunRoutes: Sendable {
    /// Most submissions of a job that a list shows.
    private static let maxSubmissions = 10

    let services: Services

    private var desk: RunDesk { RunDesk(services: services) }

    func register(in endpoints: Endpoints) {
        endpoints.listing("/api/runs/list", .user, list)
        endpoints.post("/api/project/:project/runs/get", .member, get)
        endpoints.post("/api/project/:project/runs/get_plan", .member, getPlan)
        endpoints.post("/api/project/:project/runs/apply", .member, apply)
        endpoints.post("/api/project/:project/runs/stop", .member, stop)
        endpoints.post("/api/project/:project/runs/delete", .member, delete)
    }

    // MARK: Reading

    @Sendable private func list(_ call: Call) async throws -> Endpoints.Listing {
        let request = try call.read { fields in
            ListRunsRequest(
                projectName: fields.optionalString("project_name"), repoId: fields.optionalString("repo_id"),
                username: fields.optionalString("username"), onlyActive: fields.bool("only_active", default: false),
                includeJobs: fields.bool("include_jobs", default: true),
                jobSubmissionsLimit: fields.optionalInt("job_submissions_limit", in: 0...Self.maxSubmissions),
                prevSubmittedAt: fields.optionalTime("prev_submitted_at"),
                prevRunId: fields.optionalUUID("prev_run_id"), limit: fields.int("limit", default: 100, in: 0...100),
                ascending: fields.bool("ascending", default: false))
        }
        guard let filter = try await filter(request, try call.principal) else {
            return .init(json: ByteBuffer(staticString: "[]"))
        }
        let limit = request.jobSubmissionsLimit ?? Self.maxSubmissions
        let snapshots = try await services.store.runs(
            filter,
            page: Page(
                previousTime: request.prevSubmittedAt, previousID: request.prevRunId, limit: request.limit,
                ascending: request.ascending),
            submissionsPerJob: limit)
        let now = services.clock.now()
        let live = await services.liveFacts(of: snapshots, at: now)
        let runs = try snapshots.map {
            try Run(snapshot: $0, includesJobs: request.includeJobs, submissionsLimit: limit, live: live, now: now)
        }
        let isOfRowsOnly = zip(runs, snapshots).allSatisfy { $0.isOfRowsOnly($1.jobs) }
        return .init(json: try JSONText.encode(runs), isOfRowsOnly: isOfRowsOnly)
    }

    /// What to look for; nil where nothing can be found.
    private func filter(_ request: ListRunsRequest, _ principal: Principal) async throws -> RunFilter? {
        if request.projectName == nil, request.repoId != nil { return nil }
        var filter = RunFilter(
            visibleTo: principal.isGlobalAdmin ? nil : principal.user.id, onlyActive: request.onlyActive)
        if let name = request.username {
            guard let user = try await services.store.user(named: name) else {
                throw APIError.resourceNotExists("User not found")
            }
            filter.userID = user.id
        }
        if let name = request.projectName {
            guard let (project, _) = try await services.store.project(named: name, roleOf: principal.user.id),
                project.name == name
            else { return nil }
            filter.projectID = project.id
            if let repo = request.repoId, try await services.store.repo(named: repo, projectID: project.id) == nil {
                throw APIError.client("Repo \(repo) does not exist", code: .repoDoesNotExist)
            }
        }
        return filter
    }

    @Sendable private func get(_ call: Call) async throws -> Response {
        let request = try call.read { fields in
            GetRunRequest(runName: fields.optionalString("run_name"), id: fields.optionalUUID("id"))
        }
        let project = try call.project
        let snapshot: RunSnapshot?
        if let id = request.id {
            snapshot = try await services.store.runSnapshot(id: id, projectID: project.id)
        } else if let name = request.runName {
            snapshot = try await services.store.runSnapshot(named: name, projectID: project.id)
        } else {
            throw APIError.client("run_name or id must be specified")
        }
        guard let snapshot else { throw APIError.resourceNotExists("Run not found") }
        let now = services.clock.now()
        let live = await services.liveFacts(of: [snapshot], at: now)
        return try .json(Run(snapshot: snapshot, includesConnections: true, live: live, now: now))
    }

    @Sendable private func getPlan(_ call: Call) async throws -> Response {
        let (node, request) = try call.read { fields in
            (
                fields.requiredNode("run_spec") ?? .null,
                PlanOptions(
                    maxOffers: fields.optionalInt("max_offers", in: 1...10_000),
                    isReversed: fields.bool("reverse_offers", default: false),
                    isFull: fields.bool("full_offers", default: false),
                    isUnallocated: fields.bool("unallocated_resources", default: false),
                    forOffersOnly: fields.bool("for_offers_only", default: false))
            )
        }
        let spec = try WireInput.decode(RunSpec.self, from: node, at: ["body", "run_spec"])
        let plan = try await desk.plan(
            spec, by: RunDesk.Asker(call), forOffersOnly: request.forOffersOnly, maxOffers: request.maxOffers,
            isFull: request.isFull, isReversed: request.isReversed)
        return try .json(plan)
    }

    /// How a plan is to be made. Of this machine nothing is reserved, and of hosts only whole blocks: what is not
    /// allocated is what is offered.
    private struct PlanOptions {
        var maxOffers: Int?
        var isReversed: Bool
        var isFull: Bool
        var isUnallocated: Bool
        var forOffersOnly: Bool
    }

    // MARK: Changing

    /// What is to be applied, over what the user saw there.
    private struct ApplyOptions {
        var current: JSONValue?
        var spec = JSONValue.null
        var isForced = false
    }

    @Sendable private func apply(_ call: Call) async throws -> Response {
        let options = try call.read { fields in
            let plan = fields.optionalObject("plan") { plan in
                ApplyOptions(current: plan.node("current_resource"), spec: plan.requiredNode("run_spec") ?? .null)
            }
            if plan == nil { _ = fields.requiredNode("plan") }
            var options = plan ?? ApplyOptions()
            options.isForced = fields.bool("force")
            return options
        }
        let spec = try WireInput.decode(RunSpec.self, from: options.spec, at: ["body", "plan", "run_spec"])
        let expected = try options.current.map {
            try WireInput.decode(Run?.self, from: $0, at: ["body", "plan", "current_resource"])
        }
        return try .json(
            try await desk.apply(
                spec, over: options.isForced ? .anything : .seen(expected ?? nil), by: RunDesk.Asker(call)))
    }

    @Sendable private func stop(_ call: Call) async throws -> Response {
        let request = try call.read { fields in
            StopRunsRequest(runsNames: fields.strings("runs_names"), abort: fields.bool("abort"))
        }
        try await desk.stop(request.runsNames, abort: request.abort, by: RunDesk.Asker(call))
        return .null
    }

    @Sendable private func delete(_ call: Call) async throws -> Response {
        let names = try call.read { $0.strings("runs_names") }
        try await desk.delete(names, by: RunDesk.Asker(call))
        return .null
    }
}
