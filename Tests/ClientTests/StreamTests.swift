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

    static func stream(
        _ transport: CannedTransport, endsWithRun: Bool = true, since: Int64 = 0
    ) throws -> TransitionStream {
        let client = try APIClient(url: "http://server:3000", token: "t", transport: transport)
        let run = TransitionStream.RunToFollow(project: "main", run: RunText.id)
        var stream = TransitionStream(client: client, path: "/events", since: since, run: endsWithRun ? run : nil)
        stream.patience = .init(attempts: 3, look: .zero) { _ in .zero }
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

    @Test func aKindThatALaterServerTells_isANote() async throws {
        let transport = CannedTransport([
            .stream([Self.event(1, "active").replacing("run", with: "volume") + Self.event(2, "done")], nil)
        ])
        var kinds: [Transition.Kind] = []
        for try await transition in try Self.stream(transport) { kinds.append(transition.kind) }
        #expect(kinds == [.note, .run])
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
        let transport = CannedTransport([.status(403, body: #"{"detail":{"msg":"Access denied","code":null}}"#)])
        let error = await #expect(throws: ClientError.self) { try await Self.statuses(Self.stream(transport)) }
        #expect(error?.code == .forbidden)
        #expect(transport.requests.count == 1)
    }

    @Test(arguments: [404, 405]) func aServerThatDoesNotPushIsLookedAt(status: Int) async throws {
        let transport = CannedTransport([
            .status(status, body: #"{"detail":"Not Found"}"#),
            .status(200, body: RunText.run("submitted", job: "submitted")),
            .status(200, body: RunText.run("submitted", job: "submitted")),
            .failure(HTTPError(.connectionLost)),
            .status(200, body: RunText.run("running", job: "running")),
            .status(200, body: RunText.run("done", job: "done", exit: 0)),
        ])
        let told = try await Self.told(Self.stream(transport))
        #expect(
            told == [
                "run submitted", "job submitted", "job running", "run running", "job done", "run done",
            ])
        #expect(transport.requests.dropFirst().allSatisfy { $0.url.hasSuffix("/api/project/main/runs/get") })
    }

    @Test func ofAServerThatDoesNotPushOnlyWhatIsNewIsTold() async throws {
        let transport = CannedTransport([
            .status(404, body: ""), .status(200, body: RunText.run("running", job: "running")),
            .status(200, body: RunText.run("done", job: "done", exit: 0)),
        ])
        let stream = try Self.stream(transport, since: TransitionStream.now)
        #expect(try await Self.told(stream) == ["job done", "run done"])
    }

    @Test func aRunThatIsNotThereIsNotFollowed() async throws {
        let transport = CannedTransport([
            .status(404, body: #"{"detail":[{"msg":"Run not found","code":"resource_not_exists"}]}"#),
            .status(400, body: #"{"detail":[{"msg":"Run not found","code":"resource_not_exists"}]}"#),
        ])
        let error = await #expect(throws: ClientError.self) { try await Self.statuses(Self.stream(transport)) }
        #expect(error?.isMissingResource == true)
    }

    @Test func aProjectIsNotFollowedWhereTheServerDoesNotPush() async throws {
        let transport = CannedTransport([.status(404, body: #"{"detail":"Not Found"}"#)])
        let stream = try Self.stream(transport, endsWithRun: false)
        let error = await #expect(throws: ClientError.self) { try await Self.statuses(stream) }
        #expect(error?.isMissingEndpoint == true)
        #expect(transport.requests.count == 1)
    }

    @Test func aServerThatHasPushedIsNotLookedAt() async throws {
        let transport = CannedTransport([
            .stream([Self.event(1, "submitted")], HTTPError(.connectionLost)), .status(404, body: ""),
        ])
        let error = await #expect(throws: ClientError.self) { try await Self.statuses(Self.stream(transport)) }
        #expect(error?.code == .notFound)
    }

    /// Each transition as `kind status`.
    static func told(_ stream: TransitionStream) async throws -> [String] {
        var told: [String] = []
        for try await transition in stream {
            told.append("\(transition.kind.rawValue) \(transition.to ?? "")")
        }
        return told
    }
}
