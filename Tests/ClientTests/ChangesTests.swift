import HTTPClient
import Testing

@testable import Client

@Suite struct ChangesTests {
    struct Enough: Error {}

    /// Whether each look was told that the server pushes.
    static func looks(_ transport: CannedTransport, until enough: Int) async throws -> [Bool] {
        let dstack = try Dstack(project: "main", url: "http://server:3000", token: "t", transport: transport)
        var looks: [Bool] = []
        await #expect(throws: Enough.self) {
            try await dstack.runs.onChange(every: .zero) { isPushed in
                looks.append(isPushed)
                if looks.count == enough {
                    throw Enough()
                }
                return nil
            }
        }
        return looks
    }

    @Test(arguments: [404, 405]) func aServerThatDoesNotPushIsAskedAgainAndAgain(status: Int) async throws {
        let transport = CannedTransport([.status(status, body: #"{"detail":"Not Found"}"#)])
        #expect(try await Self.looks(transport, until: 3) == [false, false, false])
        #expect(transport.requests.map(\.url) == ["http://server:3000/api/project/main/events?follow=1&since=-1"])
    }

    @Test func theConnectionIsAReasonToLook() async throws {
        let transport = CannedTransport([.stream([": \n\n"], nil)])
        #expect(try await Self.looks(transport, until: 1) == [true])
    }

    @Test func whatMovesIsLookedAtAgainWithoutAChange() async throws {
        let transport = CannedTransport([.stream([": \n\n"], nil)])
        let dstack = try Dstack(project: "main", url: "http://server:3000", token: "t", transport: transport)
        var looks = 0
        await #expect(throws: Enough.self) {
            try await dstack.runs.onChange { _ in
                looks += 1
                if looks == 3 { throw Enough() }
                return .milliseconds(1)
            }
        }
        #expect(looks == 3)
    }

    @Test func aRefusalEndsIt() async throws {
        let transport = CannedTransport([.status(403, body: #"{"detail":"Access denied"}"#)])
        let dstack = try Dstack(project: "main", url: "http://server:3000", token: "t", transport: transport)
        let error = await #expect(throws: ClientError.self) { try await dstack.runs.onChange { _ in nil } }
        #expect(error?.code == .forbidden)
    }
}
