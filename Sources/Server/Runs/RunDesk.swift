import Configurations
import JobActors
import Store
import Supervisor
import Wire

/// Plans and submits runs: the rules between a request and the engine.
struct RunDesk: Sendable {
    /// Most offers that a plan lists where the client does not say.
    static let defaultMaxOffers = 50
    /// What the jobs of a run without a name are called in a plan.
    private static let planName = "dry-run"

    let services: Services

    /// Asks how the machine runs jobs only for a run to which it matters. Hosts of fleets run containers: where there are
    /// some, placement finds out which machines will do.
    private func planner(for spec: RunSpec, _ asker: Asker) async throws -> JobPlanner {
        guard services.images.isAsked(by: spec.configuration.base) else {
            return JobPlanner(runtime: services.images)
        }
        var runtime = await services.runtime()
        if !runtime.hasDocker {
            let instances = try await services.store.instances(FleetFilter(projectNames: [asker.project.name]))
            runtime.hasDocker = instances.contains { !$0.instance.isLocal && !$0.instance.isDeleted }
        }
        return JobPlanner(runtime: runtime)
    }

    private func effective(_ spec: RunSpec, _ asker: Asker) throws(PlanningError) -> RunSpec {
        try spec.requireOwnFleets(project: asker.project.name)
        return try spec.effective(
            userKey: asker.user.keys.publicKey, longestWindow: services.metricsSettings.runningAge)
    }

    /// Who asks for what.
    struct Asker: Sendable {
        let user: UserRecord
        let project: ProjectRecord

        init(_ call: Call) throws {
            user = try call.principal.user
            project = try call.project
        }
    }

    // MARK: Plans

    /// What submitting a run would do, and the offers for each of its jobs.
    ///
    /// - Parameter forOffersOnly: the configuration only stands for its requirements; it is never submitted.
    func plan(
        _ spec: RunSpec, by asker: Asker, forOffersOnly: Bool, maxOffers: Int?, isFull: Bool,
        isReversed: Bool
    ) async throws -> RunPlan {
        if !forOffersOnly { try refuseUnserved(spec) }
        let effective = try effective(spec, asker)
        var current: Run?
        var action = ApplyAction.create
        if let name = effective.runName {
            current = try await services.store.runSnapshot(named: name, projectID: asker.project.id)
                .map { try Run(snapshot: $0, now: services.clock.now()) }
        }
        if let current, !current.status.isFinished, RunSpecUpdate(from: current.runSpec, to: effective) != nil {
            action = .update
        }
        var named = effective
        named.runName = effective.runName ?? Self.planName
        // A configuration that only stands for its requirements is never run: its image need not be to be had.
        let planner =
            forOffersOnly ? JobPlanner(runtime: MachineRuntime(hasDocker: true)) : try await planner(for: named, asker)
        let jobs = try planner.jobs(of: named, replicaNum: 0, key: nil)
        try await requireSecrets(of: jobs, asker.project)
        let offers = try InstanceOffers(
            try await services.store.instances(FleetFilter(projectNames: [asker.project.name], onlyActive: true)),
            fleets: try await services.store.liveFleets())
        return RunPlan(
            projectName: asker.project.name, user: asker.user.name, runSpec: spec, effectiveRunSpec: effective,
            jobPlans: try jobs.map { job in
                let all = try offers.offers(
                    for: job, of: effective, isWhole: isFull, isOnlyLook: forOffersOnly, isReversed: isReversed)
                return JobPlan(
                    jobSpec: forOffersOnly ? job : services.localPorts.spared(job),
                    offers: Array(all.prefix(maxOffers ?? Self.defaultMaxOffers)),
                    totalOffers: all.count, maxPrice: all.map(\.price).max())
            },
            currentResource: current, action: action)
    }

    // MARK: Submission

    /// Submits a run, or updates the active one of its name. A finished run of that name gives it up.
    ///
    /// - Parameter expectation: what an update is made over; a submission does not look at it.
    func apply(_ spec: RunSpec, over expectation: Expectation, by asker: Asker) async throws -> Run {
        try refuseUnserved(spec)
        try services.requireRoom(for: "a new run")
        var effective = try effective(spec, asker)
        try await checkRepo(of: effective, asker.project)
        let isNamed = effective.runName != nil
        let planner = try await planner(for: effective, asker)
        var planned = effective
        planned.runName = effective.runName ?? Self.planName
        try await requireSecrets(of: planner.jobs(of: planned, replicaNum: 0, key: nil), asker.project)
        while true {
            effective.runName = try await name(effective.runName, isNamed: isNamed, asker)
            let current = try await services.store.runs(named: [effective.runName ?? ""], projectID: asker.project.id)
                .first
            if let current, !current.status.isFinished {
                if try await update(current, to: effective, over: expectation, by: asker) {
                    return try await answer(current.id, asker.project)
                }
                continue
            }
            let keys = SSHKeyPair.generate(comment: "dstack_job")
            let submission = try RunSubmission(
                spec: effective, projectID: asker.project.id, userID: asker.user.id, planner: planner,
                key: JobSSHKey(privateKey: keys.privateKey, publicKey: keys.publicKey), replaces: current,
                unreachableTimeout: services.unreachableTimeout)
            do {
                let run = try await services.supervisor.submit(submission)
                return try await answer(run.id, asker.project)
            } catch let error as StoreError {
                // Another submission took the name meanwhile; a name of ours is made anew.
                switch error {
                case .nameInUse, .conflict: if isNamed { throw Self.active }
                case .noFreeSlot, .instanceInUse, .fleetInUse, .full, .corrupt, .unavailable: throw error
                }
            }
        }
    }

    /// The repository of a run has to be known, but for one that is none.
    private func checkRepo(of spec: RunSpec, _ project: ProjectRecord) async throws {
        guard let id = spec.repoId, let data = spec.repoData else { return }
        if try await services.store.repo(named: id, projectID: project.id) != nil { return }
        guard case .virtual = data else {
            throw APIError.client("Repo \(id) does not exist", code: .repoDoesNotExist)
        }
        // As dstack does: what is no repository needs no init.
        try await services.store.saveRepo(
            RepoRecord(projectID: project.id, name: id, info: try WireJSON.encode(RepoInfo.virtual)), userID: "",
            creds: nil, keepsCreds: true)
    }

    static let active = APIError.client("Cannot override active run. Stop the run first.")

    private func name(_ name: String?, isNamed: Bool, _ asker: Asker) async throws -> String? {
        if isNamed { return name }
        var generator = SystemRandomNumberGenerator()
        let base = RunName.random(using: &generator)
        let taken = try await services.store.runNames(beginningWith: base + "-", projectID: asker.project.id)
        return RunName.numbered(base, taken: taken)
    }

    private func answer(_ id: String, _ project: ProjectRecord) async throws -> Run {
        guard let snapshot = try await services.store.runSnapshot(id: id, projectID: project.id) else {
            throw StoreError.corrupt("run \(id) vanished after it was submitted")
        }
        return try Run(snapshot: snapshot, now: services.clock.now())
    }

    private func refuseUnserved(_ spec: RunSpec) throws {
        let refusals = Served.refusals(of: spec)
        if refusals.isEmpty { return }
        throw APIError.client(refusals.map(Self.words).joined(separator: "\n"))
    }

    /// A refusal as a sentence that names the property.
    static func words(_ refusal: Refusal) -> String {
        let names = refusal.path.compactMap { step -> String? in
            if case .name(let name) = step { name } else { nil }
        }
        return "`\(names.last ?? "configuration")`: \(refusal.message)"
    }

    /// Whoever submits a run hears of a secret that is not there at once; dstack's server says it when the job starts.
    private func requireSecrets(of jobs: [JobSpec], _ project: ProjectRecord) async throws {
        do {
            let names = try jobs.flatMap { job in
                try SecretReferences.names(env: job.env, registryAuth: job.registryAuth, commands: job.commands)
            }
            if names.isEmpty { return }
            let values = try await services.store.secretValues(projectID: project.id)
            try SecretReferences.require(Set(names).sorted(), in: values)
        } catch let error as SecretReferenceError {
            throw APIError.client(error.description)
        }
    }

    // MARK: Ends

    /// Asks runs to end; names of no active run are passed over.
    func stop(_ names: [String], abort: Bool, by asker: Asker) async throws {
        for run in try await services.store.runs(named: names, projectID: asker.project.id)
        where !run.status.isFinished {
            try await services.supervisor.stop(runID: run.id, abort: abort, userID: asker.user.id)
        }
    }

    /// Deletes finished runs; names of no run are passed over.
    func delete(_ names: [String], by asker: Asker) async throws {
        let runs = try await services.store.runs(named: names, projectID: asker.project.id)
        let active = runs.filter { !$0.status.isFinished }.map { "'\($0.name)'" }
        if !active.isEmpty {
            throw APIError.client("Cannot delete active runs: [\(active.joined(separator: ", "))]")
        }
        for run in runs { try await services.supervisor.delete(run, userID: asker.user.id) }
    }
}
