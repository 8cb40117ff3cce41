import Foundation
import Testing
import Wire

@testable import Configurations

@Suite struct CompatibilityTests {
    /// The parts of these types stand in the document too; of the refused types only the properties do.
    private static let detailed = ["task", "dev-environment", "profile"]

    @Test func everyOfficialProperty_isInTheTables() throws {
        for row in try Fixture.rows("properties.json") {
            let (type, property, _) = try Self.columns(row)
            #expect(Served.support(of: property, in: type) != nil, "\(type): \(property)")
        }
    }

    @Test func everyEntryOfTheTables_isAnOfficialProperty() throws {
        let official = Set(
            try Fixture.rows("properties.json").map { row in
                let (type, property, _) = try Self.columns(row)
                return "\(type) \(property)"
            })
        for entry in Served.task + Served.base + Served.profile {
            #expect(official.contains("task \(entry.name)"), "\(entry.name)")
        }
        for entry in Served.devEnvironment + Served.base + Served.profile {
            #expect(official.contains("dev-environment \(entry.name)"), "\(entry.name)")
        }
        for entry in Served.profileNames + Served.profile {
            #expect(official.contains("profile \(entry.name)"), "\(entry.name)")
        }
    }

    @Test func document_holdsTheTables() throws {
        let file = Fixture.root.appending(path: "docs/compatibility.md")
        let document = try String(contentsOf: file, encoding: .utf8)
        let (begin, end) = ("<!-- tables -->\n", "<!-- /tables -->")
        let head = try #require(document.range(of: begin)?.upperBound)
        let tail = try #require(document.range(of: end)?.lowerBound)
        let expected = try Self.tables()
        if ProcessInfo.processInfo.environment["DSTACK_UPDATE_DOCS"] == "1" {
            let text = document[..<head] + expected + document[tail...]
            try String(text).write(to: file, atomically: true, encoding: .utf8)
            return
        }
        #expect(
            String(document[head..<tail]) == expected,
            "docs/compatibility.md is stale; DSTACK_UPDATE_DOCS=1 swift test --filter CompatibilityTests writes it")
    }

    private static func columns(_ row: JSONValue) throws -> (type: String, property: String, form: String) {
        guard case .array(let cells) = row, cells.count == 3 else { throw CocoaError(.coderReadCorrupt) }
        let texts = try cells.map { try #require($0.text) }
        // The kinds of volumes are one type.
        let type = texts[0].hasPrefix("volume") ? "volume" : texts[0]
        return (type, texts[1], texts[2])
    }

    private static func tables() throws -> String {
        var text = ""
        var current = ""
        for row in try Fixture.rows("properties.json") {
            guard case .array(let cells) = row, let kind = cells.first?.text else { continue }
            let (type, property, form) = try columns(row)
            if property.contains("."), !detailed.contains(type) { continue }
            if kind != current {
                text += text.isEmpty ? "" : "\n"
                text += "### \(type == "profile" ? "Profiles" : "type: \(kind)")\n"
                if let reason = Served.refusedTypes[type] { text += "Refused as a whole: \(reason).\n\n" }
                text += "| property | type | | note |\n| --- | --- | --- | --- |\n"
                current = kind
            }
            var (word, note) = cell(Served.support(of: property, in: type))
            if Served.refusedTypes[type] != nil { note = "" }
            text += "| `\(property)` | \(form.replacing("|", with: "\\|")) | \(word) | \(note) |\n"
        }
        return text
    }

    private static func cell(_ support: Support?) -> (String, String) {
        switch support {
        case .served: ("served", "")
        case .differs(let note): ("differs", note)
        case .refused(let reason): ("refused", reason)
        case nil: ("?", "")
        }
    }
}
