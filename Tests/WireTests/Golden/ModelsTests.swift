import Foundation
import Testing
import Wire

@Suite struct ModelsTests {
    @Test func officialModels_decodeAndEncodeToTheSameJSON() throws {
        let rows = try Fixture.rows("models.json")
        #expect(rows.count > 35)
        for row in rows {
            let name = try #require(row["model"]?.text)
            let type = try #require(models[name], "no model \(name)")
            let value = try #require(row["value"])
            let again = try roundTrip(type, value)
            #expect(again.normalized == value.normalized, "\(name)")
        }
    }

    @Test func officialModels_areReadByFoundationTheSame() throws {
        for row in try Fixture.rows("models.json") {
            let name = try #require(row["model"]?.text)
            let value = try #require(row["value"])
            guard let type = models[name] else { continue }
            try expectSame(type, value)
        }
    }

    private func expectSame<T: Codable>(_ type: T.Type, _ value: JSONValue) throws {
        let bytes = try WireJSON.encode(value)
        let ours = try WireJSON.encode(WireJSON.decode(type, from: bytes, unknownFields: .rejected))
        let foundation = try WireJSON.encode(JSONDecoder().decode(type, from: Data(bytes)))
        #expect(try JSONParser.parse(ours).normalized == JSONParser.parse(foundation).normalized, "\(type)")
    }
}
