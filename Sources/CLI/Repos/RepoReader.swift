import Client
import FoundationEssentials
import Wire

/// A run's repository, as the run spec names it.
struct RunRepo: Sendable {
    var id: String
    var data: RemoteRunRepoData
    /// What the user's clone has over the commit; nil for nothing.
    var changes: WorkingCopyChanges?
}

/// Finds out which repository is meant, at which commit, and what opens it.
struct RepoReader: Sendable {
    let session: Session
    let dstack: Dstack
    let access: RepoAccessOptions

    /// A repository that somebody named.
    enum Source: Sendable, Equatable {
        case url(GitURL)
        /// Absolute.
        case directory(String)

        /// Reads a URL, or the path of a clone, which starts in `base` where it is relative.
        init(_ text: String, base: String, home: String) {
            if let url = GitURL(text) {
                self = .url(url)
            } else {
                self = .directory(Self.fullPath(text, base: base, home: home))
            }
        }

        static func fullPath(_ path: String, base: String, home: String) -> String {
            var full = path
            if path == "~" || path.hasPrefix("~/") {
                full = home + path.dropFirst()
            } else if !path.hasPrefix("/") {
                full = base + "/" + path
            }
            return URL(filePath: full).standardized.path
        }
    }

    /// Reads it for a run, and makes it known to the project with what opens it where that is new.
    ///
    /// - Parameters:
    ///   - branch: for a URL; a clone has its own.
    ///   - hash: likewise.
    func runRepo(_ source: Source, branch: String?, hash: String?) async throws -> RunRepo {
        switch source {
        case .url(let url):
            let url = try await known(url)
            return RunRepo(
                id: url.repoID,
                data: RemoteRunRepoData(repoName: url.name, repoBranch: branch, repoHash: hash))
        case .directory(let directory):
            let copy = try await reading { () throws(RepoError) in try WorkingCopy(directory: directory) }
            if let other = branch ?? hash, other != copy.branch, other != copy.hash {
                await session.errors.print(
                    "'\(other)' is not used: a clone is sent as it is, on \(copy.branch) at \(copy.hash.prefix(12)).")
            }
            let address = try url(of: copy)
            // Whether the repository opens is asked while the changes are read: both take their time.
            async let opened = known(address)
            let limit = try await dstack.api.server.getInfo().codeUploadLimit
            let changes = try await reading { () throws(RepoError) in
                try WorkingCopyChanges(of: copy, limit: limit.map { $0 - ReposAPI.formOverheadBytes })
            }
            let url = try await opened
            return RunRepo(
                id: url.repoID, data: copy.runData(name: url.name), changes: changes.diff.isEmpty ? nil : changes)
        }
    }

    /// `dstack init`
    func initialize(_ source: Source) async throws {
        switch source {
        case .url(let url): try await save(url, stored: nil)
        case .directory(let directory):
            let copy = try await reading { () throws(RepoError) in try WorkingCopy(directory: directory) }
            try await save(try url(of: copy), stored: nil)
        }
    }

    private func url(of copy: WorkingCopy) throws -> GitURL {
        guard let url = GitURL(copy.url) else {
            throw CommandError(
                "\(copy.directory, .code) comes from \(copy.url, .code), which is not reached from elsewhere:"
                    + " an https, http or ssh URL is needed.")
        }
        return url
    }

    /// The repository under the name that the project has for it, with credentials that work.
    private func known(_ url: GitURL) async throws -> GitURL {
        let url = try await reading { () throws(RepoError) in url.resolvingHost() }
        var stored: RemoteRepoCreds?
        do {
            stored = try await dstack.api.repos.get(project: dstack.project, id: url.repoID).repoCreds
        } catch {
            guard error.isMissingResource else { throw error }
        }
        if stored == nil || access.token != nil || access.gitIdentity != nil {
            try await save(url, stored: nil)
        } else {
            _ = try await credentials(url, stored: stored)
        }
        return url
    }

    private func save(_ url: GitURL, stored: RemoteRepoCreds?) async throws {
        let url = try await reading { () throws(RepoError) in url.resolvingHost() }
        let credentials = try await credentials(url, stored: stored)
        try await dstack.api.repos.initialize(
            project: dstack.project,
            SaveRepoCredsRequest(
                repoId: url.repoID, repoInfo: .remote(RemoteRepoInfo(repoName: url.name)), repoCreds: credentials))
    }

    private func credentials(_ url: GitURL, stored: RemoteRepoCreds?) async throws -> RemoteRepoCreds {
        let home = session.home
        let key = access.gitIdentity.map {
            Source.fullPath($0, base: FileManager.default.currentDirectoryPath, home: home)
        }
        var probe = RepoProbe(url: url, identityFile: key, token: access.token, home: home)
        if key == nil, access.token == nil {
            probe.privateKey = stored?.privateKey
            probe.token = stored?.oauthToken
        }
        return try await reading { [probe] () throws(RepoError) in try probe.credentials() }
    }

    private func reading<Value: Sendable>(
        _ work: @escaping @Sendable () throws(RepoError) -> Value
    ) async throws -> Value {
        do {
            return try await offPool(work)
        } catch let error as RepoError {
            throw CommandError(StyledText(error.description))
        }
    }
}
