import Hummingbird
import Store
import Wire

/// `/api/project/:project/secrets/…`: kept and told; runs that refer to them are refused until they are served.
struct SecretRoutes: Sendable {
    let services: Services

    func register(in endpoints: Endpoints) {
        endpoints.post("/api/project/:project/secrets/list", .manager, body: .none, list)
        endpoints.post("/api/project/:project/secrets/get", .manager, get)
        endpoints.post("/api/project/:project/secrets/create_or_update", .manager, save)
        endpoints.post("/api/project/:project/secrets/delete", .manager, delete)
    }

    /// The project in the path, where the caller may manage its secrets.
    private func project(_ call: Call) throws -> ProjectRecord {
        let role = call.accessOrNil?.role ?? .user
        guard MemberPermissions(try call.principal.user, role: role, services.permissions).canManageSecrets else {
            throw APIError.forbidden()
        }
        return try call.project
    }

    private static func json(_ secret: SecretRecord, showsValue: Bool) -> JSONValue {
        [
            "id": .string(secret.id), "name": .string(secret.name),
            "value": showsValue ? .string(secret.value) : .null,
        ]
    }

    @Sendable private func list(_ call: Call) async throws -> Response {
        let secrets = try await services.store.secrets(projectID: try project(call).id)
        return try .json(secrets.map { Self.json($0, showsValue: false) })
    }

    @Sendable private func get(_ call: Call) async throws -> Response {
        let name = try call.read { $0.string("name") }
        let secrets = try await services.store.secrets(projectID: try project(call).id)
        guard let secret = secrets.first(where: { $0.name == name }) else { throw APIError.resourceNotExists() }
        return try .json(Self.json(secret, showsValue: true))
    }

    @Sendable private func save(_ call: Call) async throws -> Response {
        let (name, value) = try call.read { ($0.string("name"), $0.string("value")) }
        try services.requireRoom(for: "a secret")
        let (projectID, actor, clock) = (try project(call).id, try call.principal.user, services.clock)
        let secret = try await services.store.saveSecret(
            named: name, value: value, id: clock.newID(), projectID: projectID
        ) { secret, isNew in
            .secret(
                id: secret.id, name: secret.name, of: projectID, isNew ? "Secret created" : "Secret updated",
                by: actor, clock)
        }
        return try .json(Self.json(secret, showsValue: true))
    }

    @Sendable private func delete(_ call: Call) async throws -> Response {
        let names = try call.read { $0.strings("secrets_names") }
        let (projectID, actor, clock) = (try project(call).id, try call.principal.user, services.clock)
        try await services.store.deleteSecrets(named: names, projectID: projectID) { id, name in
            .secret(id: id, name: name, of: projectID, "Secret deleted", by: actor, clock)
        }
        return .null
    }
}
