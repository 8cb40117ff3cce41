import Configurations
import Testing
import Wire

@Suite struct CorpusTests {
    /// Files that we take or refuse otherwise than dstack on purpose, each with the reason; all of them
    /// stand in docs/compatibility.md.
    static let differing: [String: String] = [
        "price infinite": "no price is infinite",
        "tags with a number": "the official parser stops with a traceback",
        "anchor with a merge": "the official parser stops with a traceback",
    ]

    @Test func configurations_areReadAsOfficially() throws {
        let rows = try Fixture.rows("configurations.json")
        #expect(rows.count > 120)
        var disagreements: [String] = []
        for row in rows {
            let name = try #require(row["name"]?.text)
            guard Self.differing[name] == nil else { continue }
            let text = try #require(row["yaml"]?.text)
            let isAccepted = row["accepted"] == .bool(true)
            do {
                let file = try ConfigurationFile(text: text, path: "x.dstack.yml")
                let value = try JSONParser.parse(WireJSON.encode(file.configuration))
                if !isAccepted {
                    disagreements.append("\(name): accepted, officially \(row["why"]?.text ?? "")")
                } else if value.normalized != row["value"]?.normalized {
                    disagreements.append(
                        "\(name): read as \(String(decoding: try WireJSON.encode(value), as: UTF8.self))")
                }
            } catch {
                if isAccepted { disagreements.append("\(name): refused, \(error)") }
                #expect(error is ConfigurationError)
            }
        }
        #expect(disagreements.isEmpty, "\(disagreements.joined(separator: "\n"))")
    }
}
