import Client
import Foundation
import HTTPClient
import Testing
import Wire

@testable import CLI

/// Attaching to a run of a server that does not answer just then.
@Suite(.timeLimit(.minutes(1))) struct AttachLoginTests {
    private struct Away: HTTPTransport {
        func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
            throw HTTPError(.connectionFailed, detail: "refused")
        }
    }

    /// The run goes on, and its log is shown: that `ssh RUN` leads nowhere is said, and no reason to end.
    @Test func aServerThatDoesNotAnswer_isNoEndOfTheAttachment() async throws {
        let text = """
            {"id": "11111111-1111-4111-8111-111111111111", "project_name": "main", "user": "admin",
             "submitted_at": "2026-11-24T21:00:00Z", "last_processed_at": "2026-11-24T21:00:00Z", "status": "running",
             "cost": 0, "run_spec": {"run_name": "hello", "configuration": {"type": "task", "commands": ["true"]}},
             "jobs": []}
            """
        let dstack = try Dstack(project: "main", url: "http://127.0.0.1:3000", token: "t", transport: Away())
        let run = Client.Run(
            dstack: dstack, model: try WireJSON.decode(from: Array(text.utf8), unknownFields: .ignored))
        let session = Session(
            output: Console(descriptor: -1, environment: [:]), errors: Console(descriptor: -1, environment: [:]),
            input: Prompt(), environment: ["HOME": "/nowhere"])
        let attachment = RunAttachment(
            session: session, run: run, purpose: AttachPurpose(), patience: Patience(attempts: 0))
        guard case .missed(let words) = try await attachment.login() else {
            Issue.record("it should say why")
            return
        }
        #expect(words.hasPrefix("Cannot reach the server at http://127.0.0.1:3000"))
    }
}
