import HTTPClient
import Testing
import Wire

@testable import Client

/// Requests to a server that is being started anew.
@Suite(.timeLimit(.minutes(1))) struct PatienceTests {
    private static let answer = CannedTransport.Answer.status(200, body: RunText.run("running", job: "running"))

    /// What came of asking for a run, and how often the server was asked.
    private func outcome(_ answers: [CannedTransport.Answer], attempts: Int = 3) async throws -> (String, Int) {
        let transport = CannedTransport(answers)
        let dstack = try Dstack(project: "main", url: "http://127.0.0.1:3000", token: "t", transport: transport)
        let model: Wire.Run = try WireJSON.decode(
            from: Array(RunText.run("running", job: "running").utf8), unknownFields: .ignored)
        let run = Run(dstack: dstack, model: model)
        var patience = Patience(attempts: attempts)
        patience.delay = { _ in .zero }
        do {
            let status = try await patience.bear { try await run.refreshed() }.status
            return (status.rawValue, transport.requests.count)
        } catch let error as ClientError {
            return ("\(error.code)".prefix { $0 != "(" }.description, transport.requests.count)
        }
    }

    @Test func aServerThatIsAwayForAMoment_isAskedAgain() async throws {
        let answers: [CannedTransport.Answer] = [
            .failure(HTTPError(.connectionFailed, detail: "refused")), .status(502, body: "Bad Gateway"), Self.answer,
        ]
        #expect(try await outcome(answers) == ("running", 3))
    }

    @Test func aServerThatStaysAway_isGivenUp() async throws {
        #expect(try await outcome([], attempts: 2) == ("unreachable", 3))
    }

    @Test func whatTheServerSays_isNotAskedAgain() async throws {
        #expect(try await outcome([.status(500, body: ""), Self.answer]) == ("failed", 1))
        #expect(try await outcome([.status(403, body: ""), Self.answer]) == ("forbidden", 1))
    }
}
