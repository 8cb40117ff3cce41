import FoundationEssentials
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A clone on the user's machine: which commit of which repository it started from. Reading one blocks.
public struct WorkingCopy: Sendable, Equatable {
    /// Its folder, absolute, links resolved.
    public let directory: String
    /// Where its branch comes from, as its remote says.
    public let url: String
    /// The remote's branch.
    public let branch: String
    /// The remote branch's commit as the clone knows it. What was committed since is sent with the changes.
    public let hash: String
    /// Who its commits are by, where git is told so.
    public let authorName: String?
    public let authorEmail: String?

    /// Reads the clone in a folder. Throws ``RepoError``.
    public init(directory: String) throws(RepoError) {
        var status = stat()
        guard stat(directory, &status) == 0 else { throw RepoError(.unusable, "'\(directory)' does not exist") }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw RepoError(.unusable, "'\(directory)' is not a directory")
        }
        let git = UserGit(directory: directory)
        guard let top = try git.line(["rev-parse", "--show-toplevel"]) else {
            throw RepoError(
                .unusable,
                "'\(directory)' is not a git repository; send any directory with `files` in the configuration")
        }
        let real = URL(filePath: directory).resolvingSymlinksInPath().path
        guard top == real || top + "/" == real else {
            throw RepoError(
                .unusable,
                "'\(directory)' is inside the git repository '\(top)'; a repository is sent whole: use '\(top)'")
        }
        self.directory = top
        guard let local = try git.line(["symbolic-ref", "-q", "--short", "HEAD"]) else {
            throw RepoError(
                .unusable, "the git repository '\(top)' is on no branch (detached HEAD); check out a branch")
        }
        let format = "--format=%(upstream:remotename)%09%(upstream:remoteref)%09%(upstream)"
        let upstream = (try git.line(["for-each-ref", format, "refs/heads/\(local)"]) ?? "")
            .split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard upstream.count == 3, !upstream[0].isEmpty, upstream[0] != ".", upstream[1].hasPrefix("refs/heads/") else {
            throw RepoError(
                .unusable,
                "branch '\(local)' of '\(top)' follows no remote branch; push it with `git push -u origin \(local)`")
        }
        guard let hash = try git.line(["rev-parse", "--verify", "-q", upstream[2] + "^{commit}"]) else {
            throw RepoError(
                .unusable, "'\(top)' does not have \(upstream[2]), which its branch '\(local)' follows; run `git fetch`"
            )
        }
        guard let url = try git.line(["remote", "get-url", upstream[0]]) else {
            throw RepoError(.unusable, "the remote '\(upstream[0])' of '\(top)' has no URL")
        }
        self.url = url
        self.hash = hash
        branch = String(upstream[1].dropFirst("refs/heads/".count))
        authorName = try git.line(["config", "user.name"])
        authorEmail = try git.line(["config", "user.email"])
    }

    /// The run's part about the repository.
    public func runData(name: String) -> RemoteRunRepoData {
        RemoteRunRepoData(
            repoName: name, repoBranch: branch, repoHash: hash, repoConfigName: authorName, repoConfigEmail: authorEmail
        )
    }
}
