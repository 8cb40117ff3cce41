import Foundation
import Wire

/// The files that tests read.
enum Fixture {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func rows(_ name: String) throws -> [JSONValue] {
        let data = try Data(contentsOf: root.appending(path: "Fixtures/wire/\(name)"))
        guard case .array(let rows) = try JSONParser.parse(Array(data)) else { return [] }
        return rows
    }
}

extension JSONValue {
    /// The value with members by name and whole numbers as integers, so that equal JSON compares equal.
    var normalized: JSONValue {
        switch self {
        case .number(let value): Int64(exactly: value).map { .integer($0) } ?? self
        case .array(let items): .array(items.map(\.normalized))
        case .object(let members):
            .object(members.map { Member($0.name, $0.value.normalized) }.sorted { $0.name < $1.name })
        case .null, .bool, .integer, .string: self
        }
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }
}
