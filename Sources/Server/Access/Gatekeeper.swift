import HTTPTypes
import Store
import Wire

/// Tells who a request is from and whether it may enter.
struct Gatekeeper: Sendable {
    let store: SQLiteStore
    let tokens: TokenCache

    /// The token of an `Authorization` header, nil where there is none of the bearer kind.
    static func token(_ header: String?) -> String? {
        guard let header, let blank = header.firstIndex(of: " "),
            header[..<blank].lowercased() == "bearer"
        else { return nil }
        let token = header[header.index(after: blank)...].drop { $0 == " " }
        return token.isEmpty ? nil : String(token)
    }

    /// The id of the user whose token the request carries, where that is known without asking the store.
    func knownUserID(_ headers: HTTPFields) -> String? {
        Self.token(headers[.authorization]).flatMap { tokens.entry($0).entry?.principal.user.id }
    }

    /// The user whose token the request carries.
    func principal(_ headers: HTTPFields) async throws -> Principal {
        guard let token = Self.token(headers[.authorization]) else { throw APIError.notAuthenticated }
        let (entry, generation) = tokens.entry(token)
        if let entry { return entry.principal }
        guard let user = try await store.user(token: token) else { throw APIError.invalidToken }
        let principal = Principal(user: user)
        tokens.put(.init(principal: principal), for: token, generation: generation)
        return principal
    }

    /// The project of this name, for a principal that the route lets in.
    func project(_ name: String, for principal: Principal, _ access: Access) async throws -> ProjectAccess {
        guard let (project, role) = try await store.project(named: name, roleOf: principal.user.id) else {
            throw APIError.projectNotFound
        }
        let projectAccess = ProjectAccess(project: project, role: role)
        guard access.admits(principal, projectAccess) else { throw APIError.accessDenied }
        return projectAccess
    }
}
