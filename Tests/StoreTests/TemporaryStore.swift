import Foundation
import Store

/// A store in a folder of its own, gone when the test has ended.
func withTemporaryStore<Value>(
    _ body: (SQLiteStore, _ folder: String) async throws -> Value
) async throws -> Value {
    let folder = NSTemporaryDirectory() + "store-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let store = try SQLiteStore(path: folder + "/dstack.db", keyring: try Keyring(keys: [.random(id: "k")]))
    let result: Result<Value, any Error>
    do {
        result = .success(try await body(store, folder))
    } catch {
        result = .failure(error)
    }
    try await store.close()
    try FileManager.default.removeItem(atPath: folder)
    return try result.get()
}
