import NIOCore
import Store
import Wire

/// Who makes a request.
struct Principal: Sendable {
    let user: UserRecord

    var isGlobalAdmin: Bool { user.globalRole == .admin }
}

/// A project that a request is about, and what the principal is in it.
struct ProjectAccess: Sendable {
    let project: ProjectRecord
    let role: ProjectRole?
}

/// What a route asks of whoever calls it.
enum Access: Sendable, Equatable {
    /// Nothing.
    case open
    /// A token of an active user.
    case user
    /// The global admin.
    case globalAdmin
    /// Membership of the project in the path, in one of these roles.
    case member([ProjectRole])
    /// Membership, or that the project is public.
    case memberOrPublic([ProjectRole])
    /// A user, and a project that exists.
    case userOfAnyProject

    /// Any member.
    static let member = Access.member(ProjectRole.allCases)
    /// A member who may manage members and secrets.
    static let manager = Access.member([.admin, .manager])
    /// A project's admin.
    static let projectAdmin = Access.member([.admin])

    /// Whether the path names a project.
    var needsProject: Bool {
        switch self {
        case .open, .user, .globalAdmin: false
        case .member, .memberOrPublic, .userOfAnyProject: true
        }
    }

    /// Whether the principal, with this role in the project, gets in.
    func admits(_ principal: Principal, _ access: ProjectAccess) -> Bool {
        if principal.isGlobalAdmin { return true }
        switch self {
        case .open, .user, .userOfAnyProject: return true
        case .globalAdmin: return false
        case .member(let roles): return access.role.map(roles.contains) ?? false
        case .memberOrPublic(let roles):
            return access.project.isPublic || (access.role.map(roles.contains) ?? false)
        }
    }
}
