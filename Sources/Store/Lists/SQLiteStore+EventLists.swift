import GRDB
import Wire

/// An event with what an answer shows of it.
public struct ListedEvent: Sendable, Equatable {
    public let record: EventRecord
    /// nil, as the next one, for an event of no project.
    public let projectName: String?
    public let isProjectDeleted: Bool?
    /// Name of who caused it, nil for the system.
    public let actorName: String?
    public let isActorDeleted: Bool?
}

/// Which events a list shows. All conditions hold together; nil is no condition.
public struct EventFilter: Sendable {
    /// Who asks; sees events about itself and of the projects it belongs to. nil sees all.
    public var visibleTo: String?
    /// Events about projects themselves.
    public var projects: [String]?
    public var users: [String]?
    public var fleets: [String]?
    public var secrets: [String]?
    public var instances: [String]?
    public var runs: [String]?
    /// Ids of job submissions.
    public var jobs: [String]?
    public var withinProjects: [String]?
    /// Events of fleets and of their instances.
    public var withinFleets: [String]?
    /// Events of runs and of their jobs.
    public var withinRuns: [String]?
    /// What the events are about; `.note` stands for the project itself.
    public var kinds: [EventKind]?
    /// Ids of users; nil among them is the system.
    public var actors: [String?]?
    public var page: Page
    /// Whether nothing can be found.
    public var isEmpty = false

    public init(
        visibleTo: String? = nil, projects: [String]? = nil, users: [String]? = nil, fleets: [String]? = nil,
        secrets: [String]? = nil, instances: [String]? = nil, runs: [String]? = nil, jobs: [String]? = nil,
        withinProjects: [String]? = nil, withinFleets: [String]? = nil,
        withinRuns: [String]? = nil, kinds: [EventKind]? = nil, actors: [String?]? = nil,
        page: Page = Page(limit: 100)
    ) {
        self.visibleTo = visibleTo
        self.projects = projects
        self.users = users
        self.fleets = fleets
        self.secrets = secrets
        self.instances = instances
        self.runs = runs
        self.jobs = jobs
        self.withinProjects = withinProjects
        self.withinFleets = withinFleets
        self.withinRuns = withinRuns
        self.kinds = kinds
        self.actors = actors
        self.page = page
    }

    fileprivate var condition: (sql: String, arguments: StatementArguments) {
        var parts = ["1"]
        var arguments: StatementArguments = []
        func among(_ column: String, _ values: [String]?, also more: String = "") {
            guard let values else { return }
            parts.append("(\(column) IN (\(databaseQuestionMarks(count: values.count)))\(more))")
            arguments += StatementArguments(values)
        }
        if let visibleTo {
            parts.append(
                "(EXISTS (SELECT 1 FROM members m WHERE m.project_id = e.project_id AND m.user_id = ?)"
                    + " OR e.kind = 'user' AND e.subject_id = ?)")
            arguments += [visibleTo, visibleTo]
        }
        let noOther = " AND e.kind = 'note' AND e.run_id IS NULL AND e.instance_id IS NULL"
        among("e.project_id", projects, also: noOther)
        among("e.subject_id", users, also: " AND e.kind = 'user'")
        among("e.subject_id", fleets, also: " AND e.kind = 'fleet'")
        among("e.subject_id", secrets, also: " AND e.kind = 'secret'")
        among("e.instance_id", instances)
        among("e.run_id", runs, also: " AND e.job_id IS NULL")
        among("e.job_id", jobs)
        among("e.project_id", withinProjects)
        if let withinFleets {
            let marks = databaseQuestionMarks(count: withinFleets.count)
            parts.append(
                "(e.instance_id IN (SELECT id FROM instances WHERE fleet_id IN (\(marks)))"
                    + " OR e.kind = 'fleet' AND e.subject_id IN (\(marks)))")
            arguments += StatementArguments(withinFleets) + StatementArguments(withinFleets)
        }
        among("e.run_id", withinRuns)
        if let kinds { parts.append("(\((["0"] + kinds.map(Self.isAbout)).joined(separator: " OR ")))") }
        if let actors {
            among("e.actor_user_id", actors.compactMap(\.self), also: actors.contains(nil) ? orSystem : "")
        }
        return (parts.joined(separator: " AND "), arguments)
    }

    /// A note is about the smallest thing that it names.
    private static func isAbout(_ kind: EventKind) -> String {
        switch kind {
        case .run: "e.kind = 'run' OR e.kind = 'note' AND e.run_id IS NOT NULL AND e.job_id IS NULL"
        case .job: "e.kind = 'job' OR e.kind = 'note' AND e.job_id IS NOT NULL"
        case .instance:
            "e.kind = 'instance' OR e.kind = 'note' AND e.instance_id IS NOT NULL AND e.run_id IS NULL"
                + " AND e.job_id IS NULL"
        case .fleet, .secret, .user: "e.kind = '\(kind.rawValue)'"
        case .note: "e.kind = 'note' AND e.run_id IS NULL AND e.job_id IS NULL AND e.instance_id IS NULL"
        }
    }

    private var orSystem: String { " OR e.actor_user_id IS NULL" }
}

extension SQLiteStore {
    /// Events in the order in which they were recorded, newest first unless the page says otherwise.
    public func events(_ filter: EventFilter) async throws -> [ListedEvent] {
        if filter.isEmpty { return [] }
        return try await read { db in
            var (sql, arguments) = filter.condition
            let (after, order) = filter.page.ascending ? (">", "ASC") : ("<", "DESC")
            if let id = filter.page.previousID {
                sql += " AND e.seq \(after) (SELECT seq FROM events WHERE id = ?)"
                arguments += [id]
            } else if let time = filter.page.previousTime {
                sql += " AND e.recorded_at \(after) ?"
                arguments += [time.microseconds]
            }
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT e.*, p.original_name AS project_original,
                        p.is_deleted AS project_deleted, u.original_name AS actor_name, u.is_deleted AS actor_deleted
                    FROM events e LEFT JOIN projects p ON p.id = e.project_id
                    LEFT JOIN users u ON u.id = e.actor_user_id
                    WHERE \(sql) ORDER BY e.seq \(order) LIMIT \(filter.page.limit)
                    """, arguments: arguments)
            return try rows.map(ListedEvent.init(row:))
        }
    }
}

extension ListedEvent {
    fileprivate init(row: Row) throws {
        self.init(
            record: try EventRecord(row: row), projectName: row["project_original"],
            isProjectDeleted: row["project_deleted"], actorName: row["actor_name"],
            isActorDeleted: row["actor_deleted"])
    }
}
