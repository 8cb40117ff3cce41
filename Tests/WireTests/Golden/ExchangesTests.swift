import Foundation
import Testing
import Wire

/// Real exchanges between the official client and server.
@Suite struct ExchangesTests {
    private struct Exchange {
        var place: String
        var end: String
        var status: JSONValue
        var request: JSONValue
        var response: JSONValue
    }

    @Test func officialRequests_areTakenWhole() throws {
        var count = 0
        for exchange in try exchanges() where exchange.status == 200 {
            guard case .object = exchange.request, let type = Endpoints.request(exchange.end) else { continue }
            count += 1
            let again = try roundTrip(type, exchange.request)
            // The hand-written requests use shorthands.
            if exchange.place == "api-answers.json", exchange.end.hasSuffix("get_plan") { continue }
            #expect(Self.missing(in: again, of: exchange.request) == nil, "\(exchange.place) \(exchange.end)")
        }
        #expect(count > 60)
    }

    @Test func officialAnswers_areReadAndWrittenTheSame() throws {
        var count = 0
        for exchange in try exchanges() where exchange.status == 200 && exchange.response != .null {
            guard let type = Endpoints.response(exchange.end, exchange.response) else { continue }
            count += 1
            let again = try roundTrip(type, exchange.response)
            #expect(again.normalized == exchange.response.normalized, "\(exchange.place) \(exchange.end)")
        }
        #expect(count > 100)
    }

    @Test func officialErrors_areReadAndWrittenTheSame() throws {
        var count = 0
        for exchange in try exchanges() {
            guard case .integer(400...) = exchange.status, exchange.response["detail"] != nil else { continue }
            count += 1
            let error = try WireJSON.decode(ErrorBody.self, from: exchange.response, unknownFields: .ignored)
            #expect(!error.messages.contains(""), "\(exchange.place) \(exchange.end)")
        }
        #expect(count > 30)
    }

    /// The path of the first thing that `part` says and `whole` does not; `whole` may say more, its defaults.
    private static func missing(in whole: JSONValue, of part: JSONValue) -> String? {
        switch (part, whole) {
        case (.object(let members), .object):
            for member in members {
                guard let value = whole[member.name] else { return member.name }
                if let path = missing(in: value, of: member.value) { return "\(member.name).\(path)" }
            }
            return nil
        case (.array(let parts), .array(let items)) where parts.count == items.count:
            for (index, pair) in zip(items, parts).enumerated() {
                if let path = missing(in: pair.0, of: pair.1) { return "\(index).\(path)" }
            }
            return nil
        default: return whole.normalized == part.normalized ? nil : "\(whole.excerpt) for \(part.excerpt)"
        }
    }

    private func exchanges() throws -> [Exchange] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/official")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }
        return try names.sorted().flatMap { name in
            let value = try JSONParser.parse(Array(Data(contentsOf: folder.appending(path: name))))
            return exchanges(in: value, file: name)
        }
    }

    private func exchanges(in value: JSONValue, file: String) -> [Exchange] {
        switch value {
        case .array(let items): return items.flatMap { exchanges(in: $0, file: file) }
        case .object(let members):
            guard let request = value["request"], let response = value["response"] else {
                return members.flatMap { exchanges(in: $0.value, file: file) }
            }
            return [
                Exchange(
                    place: file, end: Endpoints.end(of: request["path"]?.text ?? ""),
                    status: response["status"] ?? nil, request: request["body"] ?? nil,
                    response: response["body"] ?? nil)
            ]
        default: return []
        }
    }
}
