import HTTPClient
import Wire

/// One project on one server: where the high-level API begins.
///
/// ```swift
/// let dstack = try Dstack(project: "main", url: "http://127.0.0.1:3000", token: token)
/// let run = try await dstack.runs.submit(spec)
/// for try await piece in run.logs() { … }
/// let final = try await run.finished()
/// ```
public struct Dstack: Sendable {
    /// The project's name.
    public let project: String
    /// The low-level API that the project is reached by.
    public let api: APIClient

    /// Creates a project over a low-level client.
    public init(project: String, api: APIClient) {
        self.project = project
        self.api = api
    }

    /// Creates a project from its server's address and a user's token.
    ///
    /// - Throws: ``ClientError/Code/badAddress``.
    public init(
        project: String, url: String, token: String, transport: any HTTPTransport = CurlTransport()
    ) throws(ClientError) {
        self.init(project: project, api: try APIClient(url: url, token: token, transport: transport))
    }

    /// The project's runs.
    public var runs: Runs { Runs(dstack: self) }
}
