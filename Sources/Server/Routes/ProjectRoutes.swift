import Configurations
import Hummingbird
import NIOCore
import Store
import Wire

/// `/api/projects/…`
struct ProjectRoutes: Sendable {
    let services: Services

    func register(in endpoints: Endpoints) {
        endpoints.list("/api/projects/list", .user, list)
        endpoints.post("/api/projects/list_only_no_fleets", .user, body: .none, listWithoutFleets)
        endpoints.post("/api/projects/create", .user, create)
        endpoints.post("/api/projects/delete", .user, delete)
        endpoints.post("/api/projects/:project/get", .memberOrPublic(ProjectRole.allCases), body: .none, get)
        endpoints.post("/api/projects/:project/set_members", .manager, setMembers)
        endpoints.post("/api/projects/:project/add_members", .memberOrPublic([.admin, .manager]), addMembers)
        endpoints.post("/api/projects/:project/remove_members", .member, removeMembers)
        endpoints.post("/api/projects/:project/update", .projectAdmin, update)
    }

    // MARK: Reading

    @Sendable private func list(_ call: Call) async throws -> ByteBuffer {
        let request = try call.readOptional { fields in
            ListProjectsRequest(
                includeNotJoined: fields.bool("include_not_joined", default: true),
                username: fields.optionalString("username"),
                returnTotalCount: fields.bool("return_total_count", default: false),
                namePattern: fields.optionalPattern("name_pattern"),
                prevCreatedAt: fields.optionalTime("prev_created_at"), prevId: fields.optionalUUID("prev_id"),
                limit: fields.int("limit", default: 2000, in: 0...2000),
                ascending: fields.bool("ascending", default: false))
        }
        let principal = try call.principal
        let found = try await services.store.projects(
            ProjectFilter(
                visibleTo: principal.isGlobalAdmin ? nil : principal.user.id,
                includesPublic: request.includeNotJoined, pattern: request.namePattern,
                memberName: request.username),
            page: Page(
                previousTime: request.prevCreatedAt, previousID: request.prevId, limit: request.limit,
                ascending: request.ascending))
        let projects = found.projects.map { Project(details: $0, services.permissions) }
        return request.returnTotalCount
            ? try JSONText.encode(ProjectsInfoList(totalCount: found.total, projects: projects))
            : try JSONText.encode(projects)
    }

    @Sendable private func listWithoutFleets(_ call: Call) async throws -> Response {
        let found = try await services.store.projects(
            ProjectFilter(visibleTo: try call.principal.user.id, withoutFleets: true), page: Page(ascending: true))
        return try .json(found.projects.map { Project(details: $0, services.permissions) })
    }

    @Sendable private func get(_ call: Call) async throws -> Response {
        try await answer(projectID: try call.project.id)
    }

    private func answer(projectID: String) async throws -> Response {
        guard let details = try await services.store.details(ofProject: projectID) else {
            throw APIError.projectNotFound
        }
        return try .json(Project(details: details, services.permissions))
    }

    // MARK: Changing

    @Sendable private func create(_ call: Call) async throws -> Response {
        let request = try call.read { fields in
            CreateProjectRequest(
                projectName: fields.string("project_name"), isPublic: fields.bool("is_public", default: false),
                templatesRepo: fields.optionalString("templates_repo"))
        }
        try refuseTemplates(request.templatesRepo)
        let principal = try call.principal
        guard UserPermissions(principal.user, services.permissions).canCreateProjects else {
            throw APIError.forbidden("User cannot create projects")
        }
        let project = ProjectRecord(
            id: services.clock.newID(), name: request.projectName, ownerID: principal.user.id,
            createdAt: services.clock.now(), isPublic: request.isPublic,
            keys: .generate(comment: "\(request.projectName)@dstack"))
        try await services.store.createProject(
            project, ownerIsGlobalAdmin: principal.isGlobalAdmin,
            events: [.project(project.id, "Project created", by: principal.user, services.clock)])
        return try await answer(projectID: project.id)
    }

    private func refuseTemplates(_ repo: String?) throws {
        if let repo, !repo.allSatisfy(\.isWhitespace) { throw APIError.notServed("templates_repo") }
    }

    @Sendable private func delete(_ call: Call) async throws -> Response {
        let names = try call.read { $0.strings("projects_names") }
        try await services.store.deleteProjects(
            named: names, by: try call.principal.user, at: services.clock.now()
        ) { [clock = services.clock] id, actor in .project(id, "Project deleted", by: actor, clock) }
        return .null
    }

    @Sendable private func update(_ call: Call) async throws -> Response {
        let request = try call.read { fields in
            UpdateProjectRequest(
                isPublic: fields.optionalBool("is_public"), templatesRepo: fields.optionalString("templates_repo"),
                resetTemplatesRepo: fields.bool("reset_templates_repo", default: false))
        }
        try refuseTemplates(request.templatesRepo)
        let project = try call.project
        let isPublic = request.isPublic ?? project.isPublic
        // In the words of dstack, whose values are Python's.
        let fields = isPublic == project.isPublic ? "<none>" : "is_public=\(isPublic ? "True" : "False")"
        try await services.store.updateProject(
            id: project.id, isPublic: isPublic,
            events: [
                .project(
                    project.id, "Project updated. Updated fields: \(fields)", by: try call.principal.user,
                    services.clock)
            ])
        return try await answer(projectID: project.id)
    }

    private func readMembers(_ call: Call) throws -> [MemberChange] {
        try call.read { fields in
            fields.objects("members") { member in
                MemberChange(username: member.string("username"), role: member.choice("project_role") ?? .user)
            }
        }
    }

    @Sendable private func setMembers(_ call: Call) async throws -> Response {
        let changes = try readMembers(call)
        let project = try call.project
        try await services.store.setMembers(changes, ofProject: project.id, by: try call.principal.user)
        return try await answer(projectID: project.id)
    }

    @Sendable private func addMembers(_ call: Call) async throws -> Response {
        let changes = try readMembers(call)
        let project = try call.project
        try await services.store.addMembers(changes, toProject: project, by: try call.principal.user)
        return try await answer(projectID: project.id)
    }

    @Sendable private func removeMembers(_ call: Call) async throws -> Response {
        let names = try call.read { $0.strings("usernames") }
        let project = try call.project
        try await services.store.removeMembers(names, fromProject: project, by: try call.principal.user)
        return try await answer(projectID: project.id)
    }
}

extension Project {
    /// A project as an answer shows it. Its backends are none: this machine is a fleet's, as an SSH host is.
    init(details: ProjectDetails, _ permissions: DefaultPermissions) {
        let members = details.members.map { member in
            Member(
                user: User(record: member.user, permissions), projectRole: member.role,
                permissions: MemberPermissions(member.user, role: member.role, permissions))
        }
        self.init(
            projectId: details.project.id, projectName: details.project.name,
            owner: User(record: details.owner, permissions), createdAt: details.project.createdAt, backends: [],
            members: members, isPublic: details.project.isPublic)
    }
}
