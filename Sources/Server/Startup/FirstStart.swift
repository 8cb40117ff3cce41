import Configurations
import Foundation
import Store
import Wire

/// What the first start makes and later ones find.
enum FirstStart {
    /// The admin and the project `main`, made where they are not there.
    static func accounts(
        in store: SQLiteStore, token: String?, clock: ServerClock
    ) async throws -> (admin: UserRecord, project: ProjectRecord) {
        let admin: UserRecord
        if let known = try await store.user(named: SQLiteStore.adminName) {
            admin = known
        } else {
            admin = UserRecord(
                id: clock.newID(), name: SQLiteStore.adminName, createdAt: clock.now(), globalRole: .admin,
                token: token ?? clock.newID(), keys: .generate(comment: SQLiteStore.adminName))
            try await store.createUser(admin, events: [.user(admin, "User created", by: admin, clock)])
        }
        if let (known, _) = try await store.project(named: Server.mainProject, roleOf: admin.id) {
            return (admin, known)
        }
        let project = ProjectRecord(
            id: clock.newID(), name: Server.mainProject, ownerID: admin.id, createdAt: clock.now(),
            keys: .generate(comment: "\(Server.mainProject)@dstack"))
        try await create(project, by: admin, in: store, clock: clock)
        return (admin, project)
    }

    /// The projects that the configuration names, made where they are not there; the admin owns them.
    static func projects(
        of configuration: ServerConfiguration, by admin: UserRecord, in store: SQLiteStore, clock: ServerClock
    ) async throws {
        for entry in configuration.projects where try await store.project(named: entry.name, roleOf: admin.id) == nil {
            let project = ProjectRecord(
                id: clock.newID(), name: entry.name, ownerID: admin.id, createdAt: clock.now(),
                keys: .generate(comment: "\(entry.name)@dstack"))
            try await create(project, by: admin, in: store, clock: clock)
        }
    }

    private static func create(
        _ project: ProjectRecord, by admin: UserRecord, in store: SQLiteStore, clock: ServerClock
    ) async throws {
        try await store.createProject(
            project, ownerIsGlobalAdmin: true, events: [.project(project.id, "Project created", by: admin, clock)])
    }

    /// The server's `config.yml`, written where it is not there.
    static func configuration(_ directory: ServerDirectory) throws -> ServerConfiguration {
        let path = directory.configuration
        if let data = FileManager.default.contents(atPath: path) {
            do {
                return try ServerConfiguration(text: String(decoding: data, as: UTF8.self), path: path)
            } catch {
                throw ServerError.configuration("\(error)")
            }
        }
        let text = """
            projects:
            - name: \(Server.mainProject)
              backends: []
            encryption:
              keys: []

            """
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        else { throw ServerError.directory(path: directory.path, reason: "'\(path)' cannot be written") }
        return ServerConfiguration()
    }
}
