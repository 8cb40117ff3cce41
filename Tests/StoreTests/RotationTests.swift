import Foundation
import GRDB
import Synchronization
import Testing

@testable import Store

@Suite struct RotationTests {
    private static let old = Keyring.Key.random(id: "old")
    private static let new = Keyring.Key.random(id: "new")
    private static let value = "planted-value-of-a-secret"

    /// Opens the database with these keys, brings it under the first one and closes it.
    private static func start(
        _ path: String, _ keys: [Keyring.Key], _ body: (SQLiteStore) async throws -> Void = { _ in }
    ) async throws -> [String] {
        let lines = Mutex<[String]>([])
        let store = try SQLiteStore(path: path, keyring: try Keyring(keys: keys))
        do {
            try await store.rotate { line in lines.withLock { $0.append(line) } }
            try await body(store)
        } catch {
            try await store.close()
            throw error
        }
        try await store.close()
        return lines.withLock { $0 }
    }

    private static func withDatabase(_ body: (String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "rotation-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder + "/dstack.db")
    }

    private static func save(_ store: SQLiteStore) async throws {
        _ = try await store.saveSecret(named: "TOKEN", value: value, id: "s", projectID: "p") { secret, _ in
            Sample.event(secret.id)
        }
    }

    private static func holdsValue(_ path: String) -> Bool {
        ["", "-wal", "-shm"].contains { ending in
            guard let data = FileManager.default.contents(atPath: path + ending) else { return false }
            return data.range(of: Data(value.utf8)) != nil
        }
    }

    @Test func newKeyInFront_sealsEverything_andTheOldOneCanGo() async throws {
        try await Self.withDatabase { path in
            _ = try await Self.start(path, [Self.old], Self.save)
            let told = try await Self.start(path, [Self.new, Self.old])
            #expect(told.contains("sealed secrets.value with key 'new': 1 rows"))
            // Nothing to do, and nothing said, from then on.
            let again = try await Self.start(path, [Self.new]) { store in
                let kept = try await store.secrets(projectID: "p").map(\.value)
                #expect(kept == [Self.value])
            }
            #expect(again == [])
            let isLeft = Self.holdsValue(path)
            #expect(!isLeft)
        }
    }

    @Test func keyThatIsStillNeeded_isMissed_byNameWithItsRows() async throws {
        try await Self.withDatabase { path in
            _ = try await Self.start(path, [Self.old], Self.save)
            let error = await #expect(throws: StoreError.self) { try await Self.start(path, [Self.new]) }
            let text = error.map { "\($0)" } ?? ""
            #expect(text.contains("'old'") && text.contains("1 in secrets (TOKEN)") && !text.contains(Self.value))
            // With the key back nothing is lost.
            _ = try await Self.start(path, [Self.new, Self.old]) { store in
                let kept = try await store.secrets(projectID: "p").map(\.value)
                #expect(kept == [Self.value])
            }
        }
    }

    @Test func anotherSecretUnderTheSameName_isAnotherKey() async throws {
        try await Self.withDatabase { path in
            _ = try await Self.start(path, [Self.old], Self.save)
            let impostor = Keyring.Key.random(id: "old")
            await #expect(throws: StoreError.self) { try await Self.start(path, [impostor]) }
            let told = try await Self.start(path, [impostor, Self.old])
            #expect(told.contains { $0.contains("secrets.value") })
        }
    }

    @Test func identityFirst_writesPlainly_andItsTracesGoWithTheNextKey() async throws {
        try await Self.withDatabase { path in
            _ = try await Self.start(path, [.identity], Self.save)
            let isPlain = Self.holdsValue(path)
            #expect(isPlain)
            _ = try await Self.start(path, [Self.new]) { store in
                let kept = try await store.secrets(projectID: "p").map(\.value)
                #expect(kept == [Self.value])
            }
            let isLeft = Self.holdsValue(path)
            #expect(!isLeft)
        }
    }

    /// A column that is sealed and not listed would be lost with the old key.
    @Test func everyBlobColumn_isListedOrKnownToBePlain() async throws {
        let plain: Set = [
            "runs.state", "jobs.state", "job_templates.state", "jobs.provisioning_data", "jobs.runtime_data",
            "instances.instance_type", "instances.state",
            "repos.info", "codes.blob",
        ]
        try await withTemporaryStore { store, _ in
            let blobs = try await store.read { db in
                try String.fetchAll(
                    db,
                    sql: """
                        SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c
                        WHERE m.type = 'table' AND c.type = 'BLOB'
                        """)
            }
            let sealed = Set(SealedColumn.all.map { "\($0.table).\($0.column)" })
            #expect(Set(blobs) == sealed.union(plain))
        }
    }
}
