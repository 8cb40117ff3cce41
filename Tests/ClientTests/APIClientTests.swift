import HTTPClient
import Testing
import Wire

@testable import Client

@Suite struct APIClientTests {
    static func failure(_ status: Int, _ body: String) async throws -> ClientError {
        let transport = CannedTransport([.status(status, body: body)])
        let client = try APIClient(url: "http://server:3000/", token: "t", transport: transport)
        return try #require(await #expect(throws: ClientError.self) { try await client.users.list() })
    }

    @Test func aRefusalInAList() async throws {
        let error = try await Self.failure(400, #"{"detail":[{"msg":"Run x not found","code":"resource_not_exists"}]}"#)
        #expect(error.isMissingResource)
        #expect(error.description == "Run x not found")
    }

    @Test func aRefusalAsAnObjectAlone() async throws {
        let error = try await Self.failure(403, #"{"msg":"Access denied","code":null}"#)
        #expect(error.code == .forbidden)
        #expect(
            error.description
                == "Access denied by the server at http://server:3000 (Access denied). "
                + "Check the token and the rights of its user.")
    }

    @Test func fieldsThatAreNotAccepted() async throws {
        let body = #"{"detail":[{"type":"missing","loc":["body","run_spec","ports",0],"msg":"Field required"}]}"#
        let error = try await Self.failure(422, body)
        #expect(error.description == "The server does not accept the request:\n  run_spec.ports.0: Field required")
    }

    @Test func aFailureThatIsAPage() async throws {
        let error = try await Self.failure(502, "<html>Bad Gateway</html>")
        #expect(error.code == .failed(status: 502))
        #expect(error.details.isEmpty)
    }

    @Test func anAnswerThatCannotBeRead() async throws {
        let error = try await Self.failure(200, #"[{"id":"#)
        guard case .unreadableAnswer = error.code else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func anUnreachableServer() async throws {
        let transport = CannedTransport([.failure(HTTPError(.connectionFailed))])
        let client = try APIClient(url: "http://server:3000", token: nil, transport: transport)
        let error = await #expect(throws: ClientError.self) { try await client.users.list() }
        #expect(
            error?.description
                == "Cannot reach the server at http://server:3000. Check that it runs (`dstack server`) and that "
                + "the address is right (`dstack project list`).")
    }

    @Test(arguments: [
        ("http://host:3000/", "http://host:3000", nil), ("https://host/base/", "https://host/base", nil),
        ("http+unix://%2Frun%2Fd.sock", "http://localhost", "/run/d.sock"),
    ]) func addresses(text: String, base: String, socket: String?) throws {
        let address = try #require(ServerAddress(text))
        #expect(address.base == base)
        #expect(address.unixSocket == socket)
    }

    @Test(arguments: ["", "host:3000", "ftp://host", "http://", "http://a b", "http+unix://", "http+unix://%2"])
    func whatIsNoAddress(text: String) {
        #expect(ServerAddress(text) == nil)
    }

    @Test func anArchiveIsUploadedAsAForm() async throws {
        let transport = CannedTransport([.status(200, body: #"{"id":"1","hash":"h"}"#)])
        let client = try APIClient(url: "http://server:3000", token: "t", transport: transport)
        #expect(try await client.files.uploadArchive(hash: "h", tar: Array("TAR".utf8)).id == "1")
        let request = try #require(transport.requests.first)
        let type = try #require(request.headers["Content-Type"])
        let boundary = try #require(type.split(separator: "boundary=").last)
        let body = String(decoding: request.body ?? [], as: UTF8.self)
        #expect(body.hasPrefix("--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"h\"\r\n"))
        #expect(body.hasSuffix("\r\n\r\nTAR\r\n--\(boundary)--\r\n"))
    }
}
