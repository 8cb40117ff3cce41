import Wire

/// Looks up the ids of things that this client does nothing else with.
public struct LookupAPI: Sendable {
    /// What is looked up by its name.
    public enum Kind: String, Sendable {
        case volume, gateway, secret
    }

    private struct Request: Encodable {
        var name: String
    }

    private struct Answer: Decodable {
        var id: String
    }

    let client: APIClient

    /// The id of a thing of a project. Throws an error with ``ClientError/isMissingResource`` when there is none.
    public func id(project: String, _ kind: Kind, name: String) async throws(ClientError) -> String {
        let path = "/api/project/\(percentEncoded(project))/\(kind.rawValue)s/get"
        return try await client.post(path, Request(name: name), as: Answer.self).id
    }
}

extension APIClient {
    /// Looks up ids.
    public var lookup: LookupAPI { LookupAPI(client: self) }
}
