import FoundationEssentials
import HTTPClient
import Testing
import Wire

@testable import Client

@Suite struct LogStreamTests {
    static func log(_ transport: CannedTransport, offset: Int64 = 0, follow: Bool = true) throws -> LogStream {
        let client = try APIClient(url: "http://server:3000", token: "t", transport: transport)
        var log = client.runs.log(project: "main", run: RunText.id, submission: "s", offset: offset, follow: follow)
        log.patience = .init(attempts: 3, look: .zero) { _ in .zero }
        return log
    }

    static func text(_ log: LogStream) async throws -> String {
        var bytes: [UInt8] = []
        for try await piece in log {
            bytes += piece
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The offsets that were asked for, in their order.
    static func offsets(_ transport: CannedTransport) -> [String] {
        transport.requests.compactMap { $0.url.split(separator: "offset=").last.map(String.init) }
            .filter { !$0.hasPrefix("http") }
    }

    @Test func aLostConnectionIsTakenUpAtTheNextByte() async throws {
        let transport = CannedTransport([
            .stream(["one\n", "tw"], HTTPError(.connectionLost)), .stream(["o\n"], nil),
            .status(200, body: RunText.run("done", job: "done")), .stream([], nil),
        ])
        #expect(try await Self.text(Self.log(transport, offset: 2)) == "one\ntwo\n")
        #expect(Self.offsets(transport) == ["2", "8", "10"])
        #expect(
            transport.requests.first?.url
                == "http://server:3000/api/project/main/runs/\(RunText.id)/logs?job_submission_id=s&follow=1&offset=2")
    }

    @Test func fromAMoment_theServerSaysWhere_andALostConnectionIsTakenUpThere() async throws {
        let transport = CannedTransport([
            .failure(HTTPError(.connectionFailed)), .streamAt(100, ["one\n"], HTTPError(.connectionLost)),
            .streamAt(104, ["two\n"], nil), .status(200, body: RunText.run("done", job: "done")), .stream([], nil),
        ])
        var log = try Self.log(transport)
        log.start = Timestamp(microseconds: 0)
        log.diagnose = true
        #expect(try await Self.text(log) == "one\ntwo\n")
        let path = "http://server:3000/api/project/main/runs/\(RunText.id)/logs?job_submission_id=s&diagnose=1&follow=1"
        let asked = transport.requests.map(\.url).filter { $0.hasPrefix(path) }.map { $0.dropFirst(path.count) }
        #expect(
            asked == [
                "&start_time=1970-01-01T00%3A00%3A00Z", "&start_time=1970-01-01T00%3A00%3A00Z", "&offset=104",
                "&offset=108",
            ])
    }

    @Test func fromAMoment_aServerWithoutTheStreamIsAskedForPagesAfterIt() async throws {
        let transport = CannedTransport([
            .status(404, body: #"{"detail":"Not Found"}"#), .status(200, body: RunText.run("done", job: "done")),
            Self.page(["two\n"]),
        ])
        var log = try Self.log(transport)
        log.start = Timestamp(microseconds: 0)
        #expect(try await Self.text(log) == "two\n")
        let body = transport.requests.last?.body ?? []
        #expect(String(decoding: body, as: UTF8.self).contains(#""start_time":"1970-01-01T00:00:00"#))
    }

    @Test func aStreamThatEndsBeforeTheRunIsTakenUpAgain() async throws {
        let transport = CannedTransport([
            .stream(["one\n"], nil), .status(200, body: RunText.run("running", job: "running")),
            .stream(["two\n"], nil), .status(200, body: RunText.run("done", job: "done")),
            .stream(["three\n"], nil),
        ])
        #expect(try await Self.text(Self.log(transport)) == "one\ntwo\nthree\n")
        #expect(Self.offsets(transport) == ["0", "4", "8"])
        #expect(transport.requests.count == 5)
    }

    @Test func aServerThatLeavesAfterTheLastByteIsAskedAgain() async throws {
        let transport = CannedTransport([
            .stream(["one\n"], nil), .failure(HTTPError(.connectionFailed)), .stream(["two\n"], nil),
            .status(200, body: RunText.run("done", job: "done")), .stream([], nil),
        ])
        #expect(try await Self.text(Self.log(transport)) == "one\ntwo\n")
        #expect(Self.offsets(transport) == ["0", "4", "8"])
    }

    @Test func aLogThatIsNotFollowedEndsAtItsPresentEnd() async throws {
        let transport = CannedTransport([.stream(["one\n"], nil)])
        #expect(try await Self.text(Self.log(transport, follow: false)) == "one\n")
        #expect(transport.requests.count == 1)
    }

    /// A page of `logs/poll` as dstack answers it.
    static func page(_ lines: [String], next: String? = nil) -> CannedTransport.Answer {
        let events = lines.map { line in
            let message = Data(line.utf8).base64EncodedString()
            return #"{"timestamp":"2026-11-24T21:00:00Z","log_source":"stdout","message":"\#(message)"}"#
        }
        let token = next.map { "\"\($0)\"" } ?? "null"
        return .status(200, body: #"{"logs":[\#(events.joined(separator: ","))],"next_token":\#(token)}"#)
    }

    @Test(arguments: [404, 405]) func aServerWithoutTheStreamIsAskedForPages(status: Int) async throws {
        let transport = CannedTransport([
            .status(status, body: #"{"detail":"Not Found"}"#), .status(200, body: RunText.run("done", job: "done")),
            Self.page(["one\n", "two\n"], next: "2"), Self.page(["three\n"]),
        ])
        #expect(try await Self.text(Self.log(transport, follow: false)) == "one\ntwo\nthree\n")
        let bodies = transport.requests.suffix(2).map { String(decoding: $0.body ?? [], as: UTF8.self) }
        #expect(bodies[0].contains(#""run_name":"hello""#) && bodies[0].contains(#""job_submission_id":"s""#))
        #expect(!bodies[0].contains(#""next_token":"2""#) && bodies[1].contains(#""next_token":"2""#))
    }

    @Test func pagesAreFollowedToTheSubmissionsEnd() async throws {
        let transport = CannedTransport([
            .status(404, body: ""),
            .status(200, body: RunText.run("running", job: "running")), Self.page([]),
            .status(200, body: RunText.run("running", job: "running")), Self.page(["one\n"]),
            .status(200, body: RunText.run("running", job: "running")), Self.page(["one\n", "two\n"]),
            .failure(HTTPError(.connectionFailed)),
            .status(200, body: RunText.run("terminating", job: "terminating")),
            Self.page(["one\n", "two\n", "three\n"], next: "3"), Self.page(["four\n"]),
            .status(200, body: RunText.run("done", job: "done")), Self.page(["four\n", "five\n"]),
        ])
        #expect(try await Self.text(Self.log(transport)) == "one\ntwo\nthree\nfour\nfive\n")
        #expect(transport.requests.count == 13)
    }

    @Test func aPieceThatIsNotBase64IsSaidToBeUnreadable() async throws {
        let transport = CannedTransport([
            .status(404, body: ""), .status(200, body: RunText.run("done", job: "done")),
            .status(
                200,
                body: #"{"logs":[{"timestamp":"2026-11-24T21:00:00Z","log_source":"stdout","message":"?"}]}"#),
        ])
        let error = await #expect(throws: ClientError.self) { try await Self.text(Self.log(transport)) }
        guard case .unreadableAnswer = error?.code else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
