import HTTPTypes
import Hummingbird
import Store
import Wire

/// dstack's `/api/events/list`, and the streams of transitions:
/// `GET /api/project/:project/runs/:run/events` and `GET /api/project/:project/events`.
struct EventRoutes: Sendable {
    let services: Services

    func register(in endpoints: Endpoints) {
        endpoints.post("/api/events/list", .user, list)
        endpoints.get("/api/project/:project/runs/:run/events", .member, streamOfRun)
        endpoints.get("/api/project/:project/events", .member, streamOfProject)
    }

    // MARK: Streams

    @Sendable private func streamOfRun(_ call: Call) async throws -> Response {
        let run = try await services.run(try call.parameter("run"), in: try call.project)
        return try stream(.run(id: run.id), call, follows: true)
    }

    @Sendable private func streamOfProject(_ call: Call) async throws -> Response {
        try stream(.project(id: try call.project.id), call, follows: try call.flag("follow"))
    }

    private func stream(_ scope: EventScope, _ call: Call, follows: Bool) throws -> Response {
        let since = try call.queryInteger("since") ?? 0
        let events = EventStream(store: services.store, scope: scope)
        let headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-cache"]
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                try await events.run(since: since, follows: follows) { item in
                    switch item {
                    case .event(let event): try await writer.write(TransitionText.lines(event))
                    case .heartbeat: try await writer.write(TransitionText.heartbeat)
                    }
                }
                try await writer.finish(nil)
            })
    }

    // MARK: List

    @Sendable private func list(_ call: Call) async throws -> Response {
        let request = try call.read { fields in
            ListEventsRequest(
                targetProjects: fields.optionalUUIDs("target_projects"),
                targetUsers: fields.optionalUUIDs("target_users"),
                targetFleets: fields.optionalUUIDs("target_fleets"),
                targetInstances: fields.optionalUUIDs("target_instances"),
                targetRuns: fields.optionalUUIDs("target_runs"), targetJobs: fields.optionalUUIDs("target_jobs"),
                targetVolumes: fields.optionalUUIDs("target_volumes"),
                targetGateways: fields.optionalUUIDs("target_gateways"),
                targetGatewayReplicas: fields.optionalUUIDs("target_gateway_replicas"),
                targetSecrets: fields.optionalUUIDs("target_secrets"),
                targetPresets: fields.optionalUUIDs("target_presets"),
                withinProjects: fields.optionalUUIDs("within_projects"),
                withinFleets: fields.optionalUUIDs("within_fleets"), withinRuns: fields.optionalUUIDs("within_runs"),
                withinGateways: fields.optionalUUIDs("within_gateways"),
                includeTargetTypes: fields.optionalChoices("include_target_types"),
                actors: fields.optionalUUIDsOrNulls("actors"), prevRecordedAt: fields.optionalTime("prev_recorded_at"),
                prevId: fields.optionalUUID("prev_id"), limit: fields.int("limit", default: 100, in: 1...100),
                ascending: fields.bool("ascending", default: false))
        }
        let events = try await services.store.events(EventFilter(request, visibleTo: try call.visibleTo))
        return try .json(events.map(Event.init(listed:)))
    }
}

extension EventFilter {
    init(_ request: ListEventsRequest, visibleTo: String?) {
        self.init(
            visibleTo: visibleTo, projects: request.targetProjects, users: request.targetUsers,
            fleets: request.targetFleets, secrets: request.targetSecrets, instances: request.targetInstances,
            runs: request.targetRuns, jobs: request.targetJobs, withinProjects: request.withinProjects,
            withinFleets: request.withinFleets, withinRuns: request.withinRuns,
            kinds: request.includeTargetTypes.map { $0.flatMap(\.kinds) }, actors: request.actors,
            page: Page(
                previousTime: request.prevRecordedAt, previousID: request.prevId, limit: request.limit,
                ascending: request.ascending))
        // No event is about any of these yet.
        let others = [
            request.targetVolumes, request.targetGateways, request.targetGatewayReplicas, request.targetPresets,
            request.withinGateways,
        ]
        if others.contains(where: { $0 != nil }) { isEmpty = true }
    }
}

extension EventTargetType {
    fileprivate var kinds: [EventKind] {
        switch self {
        case .run: [.run]
        case .job: [.job]
        case .instance: [.instance]
        case .project: [.note]
        case .fleet: [.fleet]
        case .secret: [.secret]
        case .user: [.user]
        case .volume, .gateway, .gatewayReplica, .preset: []
        }
    }
}

extension Event {
    init(listed event: ListedEvent) {
        let draft = event.record.draft
        let target: (type: EventTargetType, id: String?, name: String?) =
            switch draft.kind {
            case .run: (.run, draft.runID, draft.runName)
            case .job: (.job, draft.jobID, draft.jobName)
            case .instance: (.instance, draft.instanceID, draft.instanceName)
            case .fleet: (.fleet, draft.subjectID, draft.subjectName)
            case .secret: (.secret, draft.subjectID, draft.subjectName)
            case .user: (.user, draft.subjectID, draft.subjectName)
            case .note where draft.jobID != nil: (.job, draft.jobID, draft.jobName)
            case .note where draft.runID != nil: (.run, draft.runID, draft.runName)
            case .note where draft.instanceID != nil: (.instance, draft.instanceID, draft.instanceName)
            case .note: (.project, draft.projectID, event.projectName)
            }
        let targets = [
            EventTarget(
                type: target.type.rawValue, projectId: draft.projectID, projectName: event.projectName,
                isProjectDeleted: event.isProjectDeleted, id: target.id ?? draft.projectID ?? "",
                name: target.name ?? event.projectName ?? "")
        ]
        self.init(
            id: draft.id, message: draft.message, recordedAt: draft.recordedAt, actorUserId: draft.actorUserID,
            actorUser: event.actorName, isActorUserDeleted: event.isActorDeleted, targets: targets)
    }
}

extension Services {
    /// A project's run by id or by name, which means the newest of that name.
    func run(_ nameOrID: String, in project: ProjectRecord) async throws -> RunRecord {
        if let id = UUIDText.normalised(nameOrID), let run = try await store.run(id: id), run.projectID == project.id {
            return run
        }
        guard let run = try await store.runs(named: [nameOrID], projectID: project.id).first else {
            throw APIError.resourceNotExists("Run not found")
        }
        return run
    }
}

extension Call {
    /// A whole number behind the `?`, nil where it is not given.
    func queryInteger(_ name: String) throws -> Int64? {
        guard let text = query(name), !text.isEmpty else { return nil }
        if let number = Int64(text) { return number }
        throw ValidationFailure(issues: [
            .init(
                type: "int_parsing", location: ["query", .string(name)],
                message: "Input should be a valid integer, unable to parse string as an integer",
                input: .string(text))
        ])
    }

    /// A moment behind the `?`; nil where there is none.
    func queryTime(_ name: String) throws -> Timestamp? {
        guard let text = query(name), !text.isEmpty else { return nil }
        if let time = Timestamp(text) { return time }
        throw ValidationFailure(issues: [
            .init(
                type: "datetime_parsing", location: ["query", .string(name)],
                message: "Input should be a valid datetime", input: .string(text))
        ])
    }

    /// Whether a parameter behind the `?` is switched on.
    func flag(_ name: String) throws -> Bool {
        switch query(name)?.lowercased() {
        case nil, "", "0", "false": return false
        case "1", "true": return true
        case let text?:
            throw ValidationFailure(issues: [
                .init(
                    type: "bool_parsing", location: ["query", .string(name)],
                    message: "Input should be a valid boolean, unable to interpret input", input: .string(text))
            ])
        }
    }
}
