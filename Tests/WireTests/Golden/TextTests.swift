import Testing
import Wire

@Suite struct TextTests {
    @Test func resourcesAndDurations_arePrintedAsOfficially() throws {
        let rows = try Fixture.rows("pretty.json")
        #expect(rows.count > 40)
        for row in rows {
            let input = try #require(row["input"])
            let text = try #require(row["text"]?.text)
            switch row["kind"]?.text {
            case "ResourcesSpec":
                let spec = try WireJSON.decode(ResourcesSpec.self, from: input, unknownFields: .rejected)
                // dstack prints the two halves of a compute capability as a Python tuple.
                #expect(spec.text == text.replacing("(8, 6)", with: "8.6"))
            case "Requirements":
                let price = input["max_price"].flatMap { value -> Double? in
                    if case .number(let price) = value { price } else { nil }
                }
                let spot = input["spot"].flatMap { value -> Bool? in
                    if case .bool(let spot) = value { spot } else { nil }
                }
                let requirements = Requirements(resources: ResourcesSpec(), maxPrice: price, spot: spot)
                #expect(requirements.text == text)
            case "Resources":
                let resources = try WireJSON.decode(Resources.self, from: input, unknownFields: .rejected)
                #expect(resources.text() == text)
                #expect(resources.text(includeSpot: true) == row["withSpot"]?.text)
                #expect(resources.gpuText() == row["gpuOnly"]?.text)
            case "duration":
                guard case .integer(let seconds) = input else { continue }
                #expect(Seconds(Int(seconds)).description == text)
                #expect(Seconds(Int(seconds)).longDescription == row["long"]?.text)
            default: Issue.record("unknown kind in \(row)")
            }
        }
    }
}
