import Hummingbird
import NIOCore
import Store
import Wire

/// `/api/fleets/…`, `/api/instances/…` and the same of one project. Fleets are read; making and deleting them
/// comes with the backends.
struct FleetRoutes: Sendable {
    let services: Services

    func register(in endpoints: Endpoints) {
        endpoints.list("/api/fleets/list", .user, list)
        endpoints.post("/api/project/:project/fleets/list", .member, listOfProject)
        endpoints.post("/api/project/:project/fleets/get", .userOfAnyProject, get)
        endpoints.refuse("/api/project/:project/fleets/get_plan", .member, "fleets/get_plan")
        endpoints.refuse("/api/project/:project/fleets/apply", .member, "fleets/apply")
        endpoints.post("/api/project/:project/fleets/delete", .member, delete)
        endpoints.refuse("/api/project/:project/fleets/delete_instances", .member, "fleets/delete_instances")
        endpoints.list("/api/instances/list", .user, listInstances)
        endpoints.post("/api/project/:project/instances/get", .userOfAnyProject, getInstance)
        endpoints.post("/api/project/:project/instances/get_instance_health_checks", .member, healthChecks)
    }

    // MARK: Fleets

    @Sendable private func list(_ call: Call) async throws -> ByteBuffer {
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
        return try JSONText.encode(fleets.map(Fleet.init(snapshot:)))
    }

    @Sendable private func listOfProject(_ call: Call) async throws -> Response {
        _ = try call.readOptional { $0.bool("include_imported", default: false) }
        _ = await services.runtime()
        let fleets = try await services.store.fleets(
            FleetFilter(projectNames: [try call.project.name], onlyActive: true))
        return try .json(fleets.map(Fleet.init(snapshot:)))
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
        return try .json(Fleet(snapshot: fleet))
    }

    @Sendable private func delete(_ call: Call) async throws -> Response {
        let names = try call.read { $0.strings("names") }
        for name in names {
            if try await services.store.fleet(named: name, projectID: try call.project.id) != nil {
                throw APIError.client(
                    "Fleet '\(name)' cannot be deleted: it is this machine. Start the server with"
                        + " DSTACK_LOCAL_FLEET_DISABLED=1 to be without it.")
            }
        }
        return .null
    }

    // MARK: Instances

    @Sendable private func listInstances(_ call: Call) async throws -> ByteBuffer {
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
        return try JSONText.encode(instances.map(Instance.init(snapshot:)))
    }

    @Sendable private func getInstance(_ call: Call) async throws -> Response {
        let id = try call.read { $0.uuid("id") }
        try call.checkMembership()
        guard let instance = try await services.store.instanceSnapshot(id: id, projectID: try call.project.id)
        else { throw APIError.resourceNotExists() }
        return try .json(Instance(snapshot: instance))
    }

    /// No instance here reports its health yet, so there are no checks to tell.
    @Sendable private func healthChecks(_ call: Call) async throws -> Response {
        _ = try call.read { fields in
            (
                fields.string("fleet_name"), fields.int("instance_num", default: 0), fields.optionalTime("after"),
                fields.optionalTime("before"), fields.optionalInt("limit")
            )
        }
        return try .json(GetInstanceHealthChecksResponse(healthChecks: []))
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
