import Testing
import Wire

@Suite struct ShorthandsTests {
    /// Inputs that we treat otherwise than dstack on purpose; each stands in docs/compatibility.md.
    static let differing: Set<String> = [
        // Python's own spellings of numbers, and booleans as numbers, are mistakes here.
        #"MemoryRange "8_0GB""#, #"CountRange "2.0""#, "CountRange true", "GPUSpec true",
        // A value of several lines is as good in a list as in a mapping.
        #"Env ["A=multi\nline"]"#,
    ]

    @Test func shorthands_areAcceptedAndReadAsOfficially() throws {
        let rows = try Fixture.rows("shorthands.json")
        #expect(rows.count > 300)
        var disagreements: [String] = []
        for row in rows {
            let name = try #require(row["model"]?.text)
            let input = try #require(row["input"])
            let type = try #require(models[name], "no model \(name)")
            let shown = "\(name) \(String(decoding: try WireJSON.encode(input), as: UTF8.self))"
            let accepted = row["accepted"] == .bool(true)
            do {
                let value = try roundTrip(type, input)
                if !accepted {
                    disagreements.append("\(shown): accepted, officially refused")
                } else if value.normalized != row["value"]?.normalized {
                    disagreements.append("\(shown): \(String(decoding: try WireJSON.encode(value), as: UTF8.self))")
                }
            } catch {
                if accepted { disagreements.append("\(shown): refused (\(error)), officially accepted") }
            }
        }
        let unexpected = disagreements.filter { line in !Self.differing.contains { line.hasPrefix($0) } }
        #expect(unexpected.isEmpty, "\(unexpected.joined(separator: "\n"))")
    }
}
