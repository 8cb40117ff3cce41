import Foundation
import GRDB
import Testing
import Wire

@testable import Store

/// Which events a list shows, and to whom.
@Suite struct EventListTests {
    private static func user(_ id: String) -> UserRecord {
        UserRecord(
            id: id, name: id, createdAt: Sample.time, globalRole: .user, token: id,
            keys: SSHKeyPair(privateKey: "private", publicKey: "public"))
    }

    private static func event(
        _ id: String, _ kind: EventKind, of projectID: String? = "p", about subject: String? = nil,
        instance: String? = nil, by actor: String? = nil
    ) -> EventDraft {
        EventDraft(
            id: id, kind: kind, recordedAt: Sample.time, projectID: projectID, actorUserID: actor,
            instanceID: instance, instanceName: instance, subjectID: subject, subjectName: subject, message: id)
    }

    /// Users `ann` and `bob`, a project `p` of Ann's with the fleets `f` and `g`, and one event about each thing.
    private static func withEvents(_ body: (SQLiteStore) async throws -> Void) async throws {
        try await withTemporaryStore { store, _ in
            for id in ["ann", "bob"] { try await store.createUser(user(id)) }
            try await store.createProject(
                ProjectRecord(
                    id: "p", name: "project", ownerID: "ann", createdAt: Sample.time,
                    keys: SSHKeyPair(privateKey: "private", publicKey: "public")),
                ownerIsGlobalAdmin: false, events: [event("project", .note)])
            try await store.commit(
                Change(
                    writes: [.insertInstance(Sample.instance("i"))],
                    events: [
                        event("fleet f", .fleet, about: "f"), event("instance of f", .instance, instance: "i"),
                        event("fleet g", .fleet, about: "g"), event("secret", .secret, about: "s", by: "ann"),
                        event("ann", .user, of: nil, about: "ann", by: "bob"),
                        event("bob", .user, of: nil, about: "bob"),
                    ]))
            try await body(store)
        }
    }

    private static func shown(_ filter: EventFilter, in store: SQLiteStore) async throws -> [String] {
        var filter = filter
        filter.page = Page(limit: 100, ascending: true)
        return try await store.events(filter).map(\.record.draft.message)
    }

    @Test func targets_areOfOneKind_andThoseWithin_areWhatBelongsToThem() async throws {
        try await Self.withEvents { store in
            for (filter, messages) in [
                (EventFilter(fleets: ["f"]), ["fleet f"]), (EventFilter(fleets: ["f", "g"]), ["fleet f", "fleet g"]),
                (EventFilter(fleets: ["ann", "s"]), []), (EventFilter(fleets: []), []),
                (EventFilter(secrets: ["s"]), ["secret"]), (EventFilter(secrets: ["f"]), []),
                (EventFilter(users: ["ann"]), ["ann"]), (EventFilter(users: ["s"]), []),
                (EventFilter(instances: ["i"]), ["instance of f"]),
                (EventFilter(withinFleets: ["f"]), ["fleet f", "instance of f"]),
                (EventFilter(withinFleets: ["g"]), ["fleet g"]),
                (EventFilter(withinFleets: ["f"], kinds: [.instance]), ["instance of f"]),
                (EventFilter(fleets: ["f"], kinds: [.instance]), []),
                (EventFilter(withinProjects: ["p"], kinds: [.fleet, .secret]), ["fleet f", "fleet g", "secret"]),
                (EventFilter(kinds: [.user]), ["ann", "bob"]), (EventFilter(kinds: [.note]), ["project"]),
                (EventFilter(projects: ["p"]), ["project"]),
                (EventFilter(users: ["ann"], actors: ["bob"]), ["ann"]),
                (EventFilter(users: ["bob"], actors: ["bob"]), []),
                (EventFilter(users: ["bob"], actors: [nil]), ["bob"]),
            ] as [(EventFilter, [String])] {
                #expect(try await Self.shown(filter, in: store) == messages, "\(filter)")
            }
            // An event of no project is in none.
            let within = try await Self.shown(EventFilter(withinProjects: ["p"]), in: store)
            #expect(within == ["project", "fleet f", "instance of f", "fleet g", "secret"])
        }
    }

    @Test func events_areShownToMembers_andThoseOfAUserToItself() async throws {
        try await Self.withEvents { store in
            let ann = try await Self.shown(EventFilter(visibleTo: "ann"), in: store)
            #expect(ann == ["project", "fleet f", "instance of f", "fleet g", "secret", "ann"])
            #expect(try await Self.shown(EventFilter(visibleTo: "bob"), in: store) == ["bob"])
            #expect(try await Self.shown(EventFilter(visibleTo: "bob", fleets: ["f"]), in: store) == [])
            #expect(try await Self.shown(EventFilter(visibleTo: "bob", users: ["ann"]), in: store) == [])
            #expect(try await Self.shown(EventFilter(), in: store).count == 7)
        }
    }

    @Test func anEventOfNoProject_hasNone() async throws {
        try await Self.withEvents { store in
            let event = try #require(try await store.events(EventFilter(users: ["ann"])).first)
            #expect(event.record.draft == Self.event("ann", .user, of: nil, about: "ann", by: "bob"))
            #expect(event.projectName == nil)
            #expect(event.isProjectDeleted == nil)
            #expect(event.actorName == "bob")
            let secret = try #require(try await store.events(EventFilter(secrets: ["s"])).first)
            #expect(secret.projectName == "project")
            #expect(secret.isProjectDeleted == false)
            #expect(secret.record.draft.subjectName == "s")
        }
    }

    /// A database of the release before keeps its events, and takes the new ones.
    @Test func eventsOfAnEarlierRelease_stay() async throws {
        let folder = NSTemporaryDirectory() + "store-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/dstack.db"
        try Self.makeEarlierDatabase(path)
        let store = try SQLiteStore(path: path, keyring: try Keyring(keys: [.random(id: "k")]))
        try await store.commit(Change(events: [Self.event("fleet", .fleet, about: "f")]))
        let events = try await store.events(after: 0, projectID: "p", limit: 10)
        #expect(events.map(\.seq) == [1, 2])
        #expect(events.map(\.draft.message) == ["old", "fleet"])
        #expect(events.map(\.draft.subjectID) == [nil, "f"])
        #expect(try await Self.shown(EventFilter(instances: ["i"]), in: store) == ["old"])
        try await store.close()
    }

    private static func makeEarlierDatabase(_ path: String) throws {
        let database = try DatabaseQueue(path: path)
        var engine = DatabaseMigrator()
        EngineSchema.register(in: &engine)
        try engine.migrate(database, upTo: "engine-4")
        var others = DatabaseMigrator()
        AccountsSchema.register(in: &others)
        KeyringSchema.register(in: &others)
        try others.migrate(database)
        try database.write { db in
            try db.execute(
                sql: """
                    INSERT INTO events (id, kind, recorded_at, project_id, instance_id, instance_name, attempt, message)
                    VALUES ('e', 'instance', 1, 'p', 'i', 'i-0', 0, 'old')
                    """)
        }
        try database.close()
    }
}

/// What the end of a fleet tells.
@Suite struct FleetEndTests {
    private static let stamp = EventStamp(id: "end", recordedAt: Sample.time)

    private static func fleet(_ status: FleetStatus) -> FleetRecord {
        FleetRecord(
            id: "f", projectID: "p", name: "fleet", createdAt: Sample.time, status: status.rawValue,
            spec: Array("spec".utf8))
    }

    @Test func theLastInstance_endsTheFleet_withOneEvent_behindItsOwn() async throws {
        try await withTemporaryStore { store, _ in
            var instance = Sample.instance()
            try await store.commit(
                Change(writes: [.insertFleet(Self.fleet(.terminating)), .insertInstance(instance)]))
            let end = Change.Write.concludeFleet(id: "f", stamp: Self.stamp)
            #expect(try await store.commit(Change(writes: [end])) == [], "an instance is left")
            instance.version = 1
            instance.status = "terminated"
            let told = try await store.commit(
                Change(writes: [end, .updateInstance(instance), end], events: [Sample.event("instance")]))
            #expect(told.map(\.seq) == [1, 2])
            #expect(
                told.last?.draft
                    == EventDraft(
                        id: "end", kind: .fleet, recordedAt: Sample.time, projectID: "p", subjectID: "f",
                        subjectName: "fleet", from: "terminating", to: "terminated",
                        message: "Fleet status changed TERMINATING -> TERMINATED"))
            #expect(try await store.fleet(id: "f")?.isDeleted == true)
            #expect(try await store.commit(Change(writes: [end])) == [], "it is told already")
            #expect(try await store.events(after: 0, limit: 10) == told)
        }
    }

    @Test func aFleetThatIsNotToGo_isNotEnded() async throws {
        try await withTemporaryStore { store, _ in
            try await store.commit(Change(writes: [.insertFleet(Self.fleet(.active))]))
            let end = Change.Write.concludeFleet(id: "f", stamp: Self.stamp)
            #expect(try await store.commit(Change(writes: [end])) == [])
            #expect(try await store.fleet(id: "f") == Self.fleet(.active))
        }
    }
}
