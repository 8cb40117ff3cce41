import Hummingbird
import NIOCore
import Store
import Wire

/// `/api/project/:project/repos/…`
struct RepoRoutes: Sendable {
    let services: Services

    func register(in endpoints: Endpoints) {
        endpoints.post("/api/project/:project/repos/list", .member, body: .none, list)
        endpoints.post("/api/project/:project/repos/get", .member, get)
        endpoints.post("/api/project/:project/repos/init", .member, initialize)
        endpoints.post("/api/project/:project/repos/delete", .member, delete)
        endpoints.post("/api/project/:project/repos/upload_code", .member, body: .raw, uploadCode)
    }

    @Sendable private func list(_ call: Call) async throws -> Response {
        let repos = try await services.store.repos(projectID: try call.project.id)
        return try .json(repos.map { RepoHead(repoId: $0.name, repoInfo: try $0.decodedInfo) })
    }

    @Sendable private func get(_ call: Call) async throws -> Response {
        let request = try call.read { fields in
            GetRepoRequest(repoId: fields.string("repo_id"), includeCreds: fields.bool("include_creds"))
        }
        let project = try call.project
        guard let repo = try await services.store.repo(named: request.repoId, projectID: project.id) else {
            throw APIError.resourceNotExists()
        }
        let info = try repo.decodedInfo
        var creds: RemoteRepoCreds?
        if request.includeCreds, case .remote = info {
            creds = try await services.store.repoCreds(
                repoNamed: repo.name, projectID: project.id, userID: try call.principal.user.id
            ).map { try RemoteRepoCreds(json: $0) }
        }
        return try .json(RepoHeadWithCreds(repoId: repo.name, repoInfo: info, repoCreds: creds))
    }

    @Sendable private func initialize(_ call: Call) async throws -> Response {
        let (name, infoNode, credsNode) = try call.read { fields in
            (fields.string("repo_id"), fields.requiredNode("repo_info") ?? .null, fields.node("repo_creds") ?? .null)
        }
        let info = try Self.info(infoNode)
        let creds: RemoteRepoCreds? =
            credsNode == .null
            ? nil : try WireInput.decode(RemoteRepoCreds.self, from: credsNode, at: ["body", "repo_creds"])
        var isRemote = false
        if case .remote = info { isRemote = true }
        try services.requireRoom(for: "a repo")
        try await services.store.saveRepo(
            RepoRecord(projectID: try call.project.id, name: name, info: try WireJSON.encode(info)),
            userID: try call.principal.user.id, creds: try creds.map { try WireJSON.encode($0) },
            keepsCreds: !isRemote)
        return .null
    }

    private static func info(_ node: JSONValue) throws -> RepoInfo {
        let location: [ValidationIssue.Step] = ["body", "repo_info"]
        if case .string(let tag)? = node["repo_type"], RepoType(rawValue: tag) == nil {
            let tags = "'remote', 'local', 'virtual'"
            throw ValidationFailure(issues: [
                .init(
                    type: "union_tag_invalid", location: location,
                    message: "Input tag '\(tag)' found using 'repo_type' does not match any of the expected tags: "
                        + tags,
                    input: node,
                    context: [
                        "discriminator": "'repo_type'", "tag": .string(tag), "expected_tags": .string(tags),
                    ])
            ])
        }
        return try WireInput.decode(RepoInfo.self, from: node, at: location)
    }

    @Sendable private func delete(_ call: Call) async throws -> Response {
        let names = try call.read { $0.strings("repos_ids") }
        try await services.store.deleteRepos(named: names, projectID: try call.project.id)
        return .null
    }

    @Sendable private func uploadCode(_ call: Call) async throws -> Response {
        guard let name = call.query("repo_id") else {
            throw ValidationFailure(issues: [.missing(["query", "repo_id"], in: .null)])
        }
        let file = try await services.upload(of: call) { size, limit in
            "Repo diff size is \(size), which exceeds the limit of \(limit)."
                + " Use .gitignore to exclude large files from the repo."
        }
        // The database takes it through its log: twice, for a while.
        try services.requireRoom(for: "this code", bytes: file.content.count * 2)
        try await services.store.saveCode(
            file.content, hash: file.filename, repoNamed: name, projectID: try call.project.id)
        return .null
    }
}

extension RepoRecord {
    fileprivate var decodedInfo: RepoInfo {
        get throws { try RepoInfo(json: info) }
    }
}
