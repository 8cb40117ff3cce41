import HTTPClient
import Testing
import Wire

@testable import Client

@Suite struct StreamTests {
    static func event(_ seq: Int, _ to: String) -> String {
        """
        id: \(seq)
        event: transition
        data: {"seq":\(seq),"id":"e","recorded_at":"2026-11-24T21:00:00Z","kind":"run","to":"\(to)"}


        """
    }

    static func stream(_ transport: CannedTransport, endsWithRun: Bool = true) throws -> TransitionStream {
        let client = try APIClient(url: "http://server:3000", token: "t", transport: transport)
        var stream = TransitionStream(client: client, path: "/events", since: 0, endsWithRun: endsWithRun)
        stream.patience = .init(attempts: 3) { _ in .zero }
        return stream
    }

    static func statuses(_ stream: TransitionStream) async throws -> [String?] {
        var statuses: [String?] = []
        for try await transition in stream {
            statuses.append(transition.to)
        }
        return statuses
    }

    @Test func aStreamEndsWithTheRun() async throws {
        let transport = CannedTransport([
            .stream([Self.event(1, "submitted") + Self.event(2, "done"), "never read"], nil)
        ])
        #expect(try await Self.statuses(Self.stream(transport)) == ["submitted", "done"])
        #expect(transport.requests.map(\.url) == ["http://server:3000/events?since=0"])
        #expect(transport.requests.first?.headers["Authorization"] == "Bearer t")
    }

    @Test func aLostConnectionIsTakenUpAfterTheLastTransition() async throws {
        let lost = HTTPError(.connectionLost)
        let transport = CannedTransport([
            .stream([Self.event(1, "submitted"), Self.event(4, "running")], lost),
            .failure(HTTPError(.connectionFailed)),
            // A server that tells a transition again is not believed twice.
            .stream([": \n\n", Self.event(4, "running") + Self.event(5, "done")], nil),
        ])
        #expect(try await Self.statuses(Self.stream(transport)) == ["submitted", "running", "done"])
        #expect(transport.requests.map(\.url).last == "http://server:3000/events?since=4")
    }

    @Test func aServerThatLeavesIsWaitedFor() async throws {
        let transport = CannedTransport([
            .stream([Self.event(1, "running")], nil), .stream([Self.event(2, "failed")], nil),
        ])
        #expect(try await Self.statuses(Self.stream(transport)) == ["running", "failed"])
    }

    @Test func patienceEnds() async throws {
        let transport = CannedTransport([])
        let error = await #expect(throws: ClientError.self) { try await Self.statuses(Self.stream(transport)) }
        #expect(error?.code == .unreachable(HTTPError(.connectionFailed, detail: "no answer is left")))
        #expect(transport.requests.count == 4)
    }

    @Test func aRefusalIsNotTriedAgain() async throws {
        let transport = CannedTransport([.status(404, body: #"{"detail":{"msg":"no such run","code":null}}"#)])
        let error = await #expect(throws: ClientError.self) { try await Self.statuses(Self.stream(transport)) }
        #expect(error?.code == .notFound)
        #expect(transport.requests.count == 1)
    }

    @Test func aLogGoesOnAtTheNextByte() async throws {
        let transport = CannedTransport([
            .stream(["one\n", "tw"], HTTPError(.connectionLost)), .stream(["o\n"], nil),
        ])
        let client = try APIClient(url: "http://server:3000", token: "t", transport: transport)
        var log = client.runs.log(project: "main", run: "r", submission: "s", offset: 2, follow: true)
        log.patience = .init(attempts: 3) { _ in .zero }
        var bytes: [UInt8] = []
        for try await piece in log {
            bytes += piece
        }
        #expect(String(decoding: bytes, as: UTF8.self) == "one\ntwo\n")
        #expect(
            transport.requests.map(\.url)
                == [2, 8].map {
                    "http://server:3000/api/project/main/runs/r/logs?job_submission_id=s&follow=1&offset=\($0)"
                })
    }
}
