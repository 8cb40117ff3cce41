import Foundation

/// A path of a test's own below `/tmp`; what the test puts there goes with it.
final class TestFolder: Sendable {
    let path: String

    init(_ name: String) {
        path = "/tmp/\(name)-\(UInt64.random(in: 0 ... .max))"
    }

    deinit {
        // Not every test puts something there.
        try? FileManager.default.removeItem(atPath: path)
    }
}
