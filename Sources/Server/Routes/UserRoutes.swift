import Hummingbird
import NIOCore
import Store
import Wire

/// `/api/users/…`
struct UserRoutes: Sendable {
    let services: Services

    func register(in endpoints: Endpoints) {
        endpoints.list("/api/users/list", .user, list)
        endpoints.post("/api/users/get_my_user", .user, body: .none, getMyUser)
        endpoints.post("/api/users/get_user", .user, getUser)
        endpoints.post("/api/users/create", .globalAdmin, create)
        endpoints.post("/api/users/update", .globalAdmin, update)
        endpoints.post("/api/users/refresh_ssh_key", .user, refreshKeys)
        endpoints.post("/api/users/refresh_token", .user, refreshToken)
        endpoints.post("/api/users/delete", .globalAdmin, delete)
        endpoints.post("/api/users/public_keys/list", .user, body: .none) { _ in .emptyList }
        endpoints.refuse("/api/users/public_keys/add", .user, "users/public_keys/add")
        endpoints.refuse("/api/users/public_keys/delete", .user, "users/public_keys/delete")
    }

    // MARK: Reading

    @Sendable private func list(_ call: Call) async throws -> ByteBuffer {
        let request = try call.readOptional { fields in
            ListUsersRequest(
                returnTotalCount: fields.bool("return_total_count", default: false),
                namePattern: fields.optionalPattern("name_pattern"),
                prevCreatedAt: fields.optionalTime("prev_created_at"), prevId: fields.optionalUUID("prev_id"),
                limit: fields.int("limit", default: 2000, in: 0...2000),
                ascending: fields.bool("ascending", default: false))
        }
        var users: [User]
        var total: Int
        let principal = try call.principal
        if principal.isGlobalAdmin {
            let found = try await services.store.users(
                containing: request.namePattern,
                page: Page(
                    previousTime: request.prevCreatedAt, previousID: request.prevId, limit: request.limit,
                    ascending: request.ascending))
            (users, total) = (found.users.map { User(record: $0, services.permissions) }, found.total)
        } else {
            // Others see themselves.
            let pattern = request.namePattern?.lowercased() ?? ""
            users =
                pattern.isEmpty || principal.user.name.lowercased().contains(pattern)
                ? [User(record: principal.user, services.permissions)] : []
            total = users.count
        }
        return request.returnTotalCount
            ? try JSONText.encode(UsersInfoList(totalCount: total, users: users)) : try JSONText.encode(users)
    }

    @Sendable private func getMyUser(_ call: Call) async throws -> Response {
        let principal = try call.principal
        let token = principal.user.token
        let (entry, generation) = services.tokens.entry(token)
        if let answer = entry?.ownAnswer { return Response(json: answer) }
        let answer = try JSONText.encode(UserWithCreds(record: principal.user, services.permissions))
        services.tokens.put(.init(principal: principal, ownAnswer: answer), for: token, generation: generation)
        return Response(json: answer)
    }

    @Sendable private func getUser(_ call: Call) async throws -> Response {
        let name = try call.read { $0.string("username") }
        let principal = try call.principal
        guard let user = try await services.store.user(named: name),
            principal.isGlobalAdmin || principal.user.id == user.id
        else { throw APIError.resourceNotExists() }
        return try .json(UserWithCreds(record: user, services.permissions))
    }

    // MARK: Changing

    private func readUser(_ call: Call) throws -> CreateUserRequest {
        try call.read { fields in
            CreateUserRequest(
                username: fields.string("username"), globalRole: fields.choice("global_role") ?? .user,
                email: fields.optionalString("email"), active: fields.bool("active", default: true))
        }
    }

    @Sendable private func create(_ call: Call) async throws -> Response {
        let request = try readUser(call)
        let user = UserRecord(
            id: services.clock.newID(), name: request.username, createdAt: services.clock.now(),
            globalRole: request.globalRole, email: request.email, isActive: request.active,
            token: services.clock.newID(), keys: .generate(comment: request.username))
        let event = EventDraft.user(user, "User created", by: try call.principal.user, services.clock)
        try await services.store.createUser(user, events: [event])
        services.usersChanged()
        return try .json(User(record: user, services.permissions))
    }

    @Sendable private func update(_ call: Call) async throws -> Response {
        let request = try readUser(call)
        let user = try await services.store.updateUser(
            named: request.username, globalRole: request.globalRole, email: request.email,
            isActive: request.active
        ) { [actor = try call.principal.user, clock = services.clock] before, now in
            .user(now, changedFrom: before, by: actor, clock)
        }
        services.usersChanged()
        guard let user else { throw APIError.resourceNotExists() }
        return try .json(User(record: user, services.permissions))
    }

    @Sendable private func refreshToken(_ call: Call) async throws -> Response {
        let name = try readOwnName(call)
        let user = try await services.store.replaceToken(
            ofUserNamed: name, with: services.clock.newID(), event: try event("User token refreshed", call))
        services.usersChanged()
        guard let user else { throw APIError.resourceNotExists() }
        return try .json(UserWithCreds(record: user, services.permissions))
    }

    @Sendable private func refreshKeys(_ call: Call) async throws -> Response {
        let name = try readOwnName(call)
        let user = try await services.store.replaceKeys(
            ofUserNamed: name, with: .generate(comment: name), event: try event("User SSH key refreshed", call))
        services.usersChanged()
        guard let user else { throw APIError.resourceNotExists() }
        return try .json(UserWithCreds(record: user, services.permissions))
    }

    /// The name in the body: the caller's own, or any for the admin.
    private func readOwnName(_ call: Call) throws -> String {
        let name = try call.read { $0.string("username") }
        let principal = try call.principal
        guard principal.isGlobalAdmin || principal.user.name == name else { throw APIError.accessDenied }
        return name
    }

    @Sendable private func delete(_ call: Call) async throws -> Response {
        let names = try call.read { $0.strings("users") }
        try await services.store.deleteUsers(
            named: names, at: services.clock.now(), event: try event("User deleted", call))
        services.usersChanged()
        return .null
    }

    /// What tells of a change of a user by the caller.
    private func event(_ message: String, _ call: Call) throws -> @Sendable (UserRecord) -> EventDraft {
        let (actor, clock) = (try call.principal.user, services.clock)
        return { .user($0, message, by: actor, clock) }
    }
}
