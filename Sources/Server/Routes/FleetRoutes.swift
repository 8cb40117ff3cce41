import Hummingbird
import NIOCore
import Store
import Wire

/// `/api/fleets/…`, `/api/instances/…` and the same of one project.
struct FleetRoutes: Sendable {
    let services: Services

    /// Most checks that are told where the client does not say.
    private static let healthCheckLimit = 1000

    private var desk: FleetDesk { FleetDesk(services: services) }

    func register(in endpoints: Endpoints) {
        endpoints.listing("/api/fleets/list", .user, list)
        endpoints.post("/api/project/:project/fleets/list", .member, listOfProject)
        endpoints.post("/api/project/:project/fleets/get", .userOfAnyProject, get)
        endpoints.post("/api/project/:project/fleets/get_plan", .member, getPlan)
        endpoints.post("/api/project/:project/fleets/apply", .member, apply)
        endpoints.post("/api/project/:project/fleets/delete", .member, delete)
        endpoints.post("/api/project/:project/fleets/delete_instances", .member, deleteInstances)
        endpoints.listing("/api/instances/list", .user, listInstances)
        endpoints.post("/api/project/:project/instances/get", .userOfAnyProject, getInstance)
        endpoints.post("/api/project/:project/instances/get_instance_health_checks", .member, healthChecks)
    }

    // MARK: Fleets

    @Sendable private func list(_ call: Call) async throws -> Endpoints.Listing {
        let request = try call.read { fields in
            ListFleetsRequest(
                projectName: fields.optionalString("project_name"),
                onlyActive: fields.bool("only_active", default: false),
                includeImported: fields.bool("include_imported", default: false),
                prevCreatedAt: fields.optionalTime("prev_created_at"), prevId: fields.optionalUUID("prev_id"),
                limit: fields.int("limit", default: 100, in: 0...100),
                ascending: fields.bool("ascending", default: false))
        }
        // Brings the runtime that this machine's instance shows up to date.
        _ = await services.runtime()
        let fleets = try await services.store.fleets(
            FleetFilter(
                visibleTo: try call.visibleTo, projectNames: request.projectName.map { [$0] },
                onlyActive: request.onlyActive),
            page: Page(
                previousTime: request.prevCreatedAt, previousID: request.prevId, limit: request.limit,
                ascending: request.ascending))
        let eventful = fleets.flatMap(\.eventful)
        let progress = await services.supervisor.instanceProgress(ids: eventful)
        return .init(
            json: try JSONText.encode(fleets.map { try Fleet(snapshot: $0, progress: progress) }),
            isOfRowsOnly: eventful.isEmpty)
    }

    @Sendable private func listOfProject(_ call: Call) async throws -> Response {
        _ = try call.readOptional { $0.bool("include_imported", default: false) }
        _ = await services.runtime()
        let fleets = try await services.store.fleets(
            FleetFilter(projectNames: [try call.project.name], onlyActive: true))
        let progress = await services.supervisor.instanceProgress(ids: fleets.flatMap(\.eventful))
        return try .json(fleets.map { try Fleet(snapshot: $0, progress: progress) })
    }

    @Sendable private func get(_ call: Call) async throws -> Response {
        let request = try call.read { fields in
            GetFleetRequest(name: fields.optionalString("name"), id: fields.optionalUUID("id"))
        }
        try call.checkMembership()
        let project = try call.project
        let fleet: FleetSnapshot?
        if let id = request.id {
            fleet = try await services.store.fleet(id: id, projectID: project.id)
        } else if let name = request.name {
            fleet = try await services.store.fleet(named: name, projectID: project.id)
        } else {
            throw APIError.client("name or id must be specified")
        }
        guard let fleet else { throw APIError.resourceNotExists() }
        let progress = await services.supervisor.instanceProgress(ids: fleet.eventful)
        return try .json(Fleet(snapshot: fleet, progress: progress))
    }

    @Sendable private func getPlan(_ call: Call) async throws -> Response {
        let node = try call.read { $0.requiredNode("spec") ?? .null }
        let spec = try WireInput.decode(FleetSpec.self, from: node, at: ["body", "spec"])
        return try .json(try await desk.plan(spec, by: RunDesk.Asker(call)))
    }

    @Sendable private func apply(_ call: Call) async throws -> Response {
        let (plan, isForced) = try call.read { fields in
            let plan = fields.optionalObject("plan") { plan in
                (spec: plan.requiredNode("spec") ?? .null, current: plan.node("current_resource"))
            }
            if plan == nil { _ = fields.requiredNode("plan") }
            return (plan, fields.bool("force"))
        }
        let spec = try WireInput.decode(
            FleetSpec.self, from: plan?.spec ?? .null, at: ["body", "plan", "spec"])
        let seen = try plan?.current.map {
            try WireInput.decode(Fleet?.self, from: $0, at: ["body", "plan", "current_resource"])
        }
        return try .json(
            try await desk.apply(
                spec, over: seen ?? nil, isForced: isForced, by: RunDesk.Asker(call),
                mayManage: try mayManage(call)))
    }

    @Sendable private func delete(_ call: Call) async throws -> Response {
        let names = try call.read { $0.strings("names") }
        try await desk.delete(names, by: RunDesk.Asker(call), mayManage: try mayManage(call))
        return .null
    }

    @Sendable private func deleteInstances(_ call: Call) async throws -> Response {
        let (name, numbers) = try call.read { ($0.string("name"), $0.ints("instance_nums")) }
        try await desk.delete([name], numbers: numbers, by: RunDesk.Asker(call), mayManage: try mayManage(call))
        return .null
    }

    /// Whether the caller may make and delete SSH fleets of the project.
    private func mayManage(_ call: Call) throws -> Bool {
        let principal = try call.principal
        if principal.isGlobalAdmin { return true }
        guard let role = call.accessOrNil?.role else { return false }
        return MemberPermissions(principal.user, role: role, services.permissions).canManageSshFleets
    }

    // MARK: Instances

    @Sendable private func listInstances(_ call: Call) async throws -> Endpoints.Listing {
        let request = try call.read { fields in
            ListInstancesRequest(
                projectNames: fields.optionalStrings("project_names"), fleetIds: fields.optionalUUIDs("fleet_ids"),
                onlyActive: fields.bool("only_active", default: false),
                includeImported: fields.bool("include_imported", default: false),
                prevCreatedAt: fields.optionalTime("prev_created_at"), prevId: fields.optionalUUID("prev_id"),
                limit: fields.int("limit", default: 1000, in: 0...1000),
                ascending: fields.bool("ascending", default: false))
        }
        let instances = try await services.store.instances(
            FleetFilter(
                visibleTo: try call.visibleTo, projectNames: request.projectNames, fleetIDs: request.fleetIds,
                onlyActive: request.onlyActive),
            page: Page(
                previousTime: request.prevCreatedAt, previousID: request.prevId, limit: request.limit,
                ascending: request.ascending))
        let eventful = instances.filter(\.isEventful).map(\.instance.id)
        let progress = await services.supervisor.instanceProgress(ids: eventful)
        return .init(
            json: try JSONText.encode(instances.map { try Instance(snapshot: $0, progress: progress) }),
            isOfRowsOnly: eventful.isEmpty)
    }

    @Sendable private func getInstance(_ call: Call) async throws -> Response {
        let id = try call.read { $0.uuid("id") }
        try call.checkMembership()
        guard let instance = try await services.store.instanceSnapshot(id: id, projectID: try call.project.id)
        else { throw APIError.resourceNotExists() }
        let progress = await services.supervisor.instanceProgress(ids: instance.isEventful ? [id] : [])
        return try .json(Instance(snapshot: instance, progress: progress))
    }

    /// The newest first. An instance that is not there, or not any more, has none.
    @Sendable private func healthChecks(_ call: Call) async throws -> Response {
        let request = try call.read { fields in
            GetInstanceHealthChecksRequest(
                fleetName: fields.string("fleet_name"), instanceNum: fields.int("instance_num", default: 0),
                after: fields.optionalTime("after"), before: fields.optionalTime("before"),
                limit: fields.optionalInt("limit"))
        }
        let fleet = try await services.store.fleet(named: request.fleetName, projectID: try call.project.id)
        let instance = fleet?.instances.first { $0.instance.instanceNum == request.instanceNum }
        guard let instance else { throw APIError.resourceNotExists() }
        return try .json(
            GetInstanceHealthChecksResponse(
                healthChecks: try await services.metrics.checks(
                    instanceID: instance.instance.id, after: request.after, before: request.before,
                    limit: request.limit ?? Self.healthCheckLimit)))
    }
}

extension Call {
    /// Whose projects a list is bounded to; nil for the admin, who sees all.
    var visibleTo: String? {
        get throws {
            let principal = try principal
            return principal.isGlobalAdmin ? nil : principal.user.id
        }
    }

    /// Lets only members and the admin on, in routes that check this after the body.
    func checkMembership() throws {
        let principal = try principal
        if !principal.isGlobalAdmin, accessOrNil?.role == nil { throw APIError.accessDenied }
    }
}
