import Glibc
import Wire

/// A git repository put where the job wants it: cloned, at the run's commit, with the user's changes over it.
///
/// Git runs as the job's user, so what it makes is that user's. What opens the repository is gone when this is done.
struct RepoCheckout {
    let data: RunnerRepoData
    let access: RepoAccess
    /// Absolute, and there.
    let directory: String
    let isSingleBranch: Bool
    /// The user's changes, as `git diff --binary` writes them; nil for none.
    let diffPath: String?
    let git: GitSession
    let log: RunnerLog

    /// Does it all; where it fails, the directory is as empty as it was. Blocks.
    ///
    /// - Throws: `JobFailure`, `HelperProcesses.Cancelled`, `SystemError`.
    func make() throws {
        do {
            let branch = try data.repoBranch ?? defaultBranch()
            let commit = try clone(branch)
            try applyDiff(at: commit)
            log.write(.info, "'\(directory)' is at \(commit.prefix(12)) of \(branch)")
        } catch {
            clear()
            throw error
        }
    }

    // MARK: Steps

    /// The branch that the repository's HEAD names.
    private func defaultBranch() throws -> String {
        let outcome = try git.run(["ls-remote", "--symref", "--", access.url, "HEAD"], in: git.home)
        guard outcome.succeeded else { throw failure(of: outcome, "read") }
        let prefix = "ref: refs/heads/"
        guard let line = outcome.output.split(separator: "\n").first(where: { $0.hasPrefix(prefix) }) else {
            throw JobFailure("\(access.url) has no default branch; name one with 'branch' or --repo-branch")
        }
        return String(line.dropFirst(prefix.count).prefix { $0 != "\t" })
    }

    /// Fetches and checks out; gives back the commit's hash.
    private func clone(_ branch: String) throws -> String {
        let template = git.home + "/template"
        try Folder.make(template, git.owner, mode: 0o700)
        try SmallFile.write(configuration(branch), to: template + "/config", mode: 0o644)
        log.write(.info, "cloning \(access.url), branch \(branch), into '\(directory)'")
        try require(try git.run(["init", "-q", "--template=\(template)"], in: directory), "set up in '\(directory)'")
        try fetch(branch)
        let start = data.repoHash ?? "refs/remotes/origin/\(branch)"
        let checkout = try git.run(["checkout", "-q", "--no-track", "-B", branch, start], in: directory)
        guard checkout.succeeded else { throw failure(of: checkout, "checked out", branch) }
        try fetchSubmodules()
        if let hash = data.repoHash, hash.utf8.count >= 40 { return hash }
        let head = try git.run(["rev-parse", "HEAD"], in: directory)
        try require(head, "read")
        return head.output.filter { !$0.isWhitespace }
    }

    private func fetch(_ branch: String) throws {
        let tracking = "refs/remotes/origin/\(branch)"
        guard isSingleBranch else {
            let all = try git.run(["fetch", "--progress", "origin"], in: directory, report: report)
            guard all.succeeded else { throw failure(of: all, "cloned", branch) }
            guard let hash = data.repoHash else { return }
            if try git.run(["cat-file", "-e", hash + "^{commit}"], in: directory).succeeded { return }
            let one = try git.run(["fetch", "--progress", "origin", hash], in: directory, report: report)
            guard one.succeeded else { throw failure(of: one, "cloned", branch) }
            return
        }
        // A short hash cannot be asked for.
        let isShort = data.repoHash.map { $0.utf8.count < 40 } ?? false
        let source = isShort ? "refs/heads/\(branch)" : data.repoHash ?? "refs/heads/\(branch)"
        let shallow = try git.run(
            ["fetch", "--progress", "--no-tags"] + (isShort ? [] : ["--depth=1"]) + [
                "origin", "+\(source):\(tracking)",
            ],
            in: directory, report: report)
        if shallow.succeeded { return }
        // A server that gives no single commits, or an old one that cannot cut a history: the whole branch then.
        guard shallow.errors.contains("unadvertised object") || shallow.errors.contains("support shallow") else {
            throw failure(of: shallow, "cloned", branch)
        }
        log.write(.info, "the server gives no single commits; cloning the whole branch")
        let whole = try git.run(
            ["fetch", "--progress", "--no-tags", "origin", "+refs/heads/\(branch):\(tracking)"], in: directory,
            report: report)
        guard whole.succeeded else { throw failure(of: whole, "cloned", branch) }
    }

    private func fetchSubmodules() throws {
        var status = stat()
        guard stat(directory + "/.gitmodules", &status) == 0 else { return }
        log.write(.info, "cloning the submodules")
        // The porcelain is a shell script, which did not come along.
        let command = git.tools.isBundled ? ["submodule--helper", "update"] : ["submodule", "update"]
        let outcome = try git.run(command + ["--init", "--recursive", "--depth=1"], in: directory, report: report)
        guard outcome.succeeded else { throw failure(of: outcome, "completed with its submodules") }
    }

    private func applyDiff(at commit: String) throws {
        guard let diffPath else { return }
        var status = stat()
        guard stat(diffPath, &status) == 0, status.st_size > 0 else { return }
        log.write(.info, "applying the changes of the working copy, \(status.st_size) bytes")
        if git.owner.applies { chown(diffPath, git.owner.uid, git.owner.gid) }
        let outcome = try git.run(["apply", "--whitespace=nowarn", diffPath], in: directory)
        guard outcome.succeeded else {
            throw JobFailure(
                "the changes of the working copy do not apply to \(access.url) at \(commit.prefix(12)):"
                    + " \(Self.lastLines(of: outcome.errors)). Pull the branch, look at them with `git diff`, and apply again"
            )
        }
    }

    /// The clone's own settings, in git's format.
    private func configuration(_ branch: String) -> String {
        let refs =
            isSingleBranch ? "refs/heads/\(branch):refs/remotes/origin/\(branch)" : "refs/heads/*:refs/remotes/origin/*"
        var text = """
            [remote "origin"]
            \turl = \(Self.quoted(access.url))
            \tfetch = \(Self.quoted("+" + refs))
            [branch \(Self.quoted(branch))]
            \tremote = origin
            \tmerge = \(Self.quoted("refs/heads/" + branch))

            """
        let person = [("name", data.repoConfigName), ("email", data.repoConfigEmail)]
        if person.contains(where: { $0.1 != nil }) {
            text += "[user]\n"
            for (key, value) in person { if let value { text += "\t\(key) = \(Self.quoted(value))\n" } }
        }
        return text
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for character in text {
            switch character {
            case "\"", "\\": quoted += "\\\(character)"
            case "\n", "\r\n": quoted += "\\n"
            case "\0": break
            default: quoted.append(character)
            }
        }
        return quoted + "\""
    }

    /// Removes what a checkout that failed left.
    private func clear() {
        let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        defer { close(folder) }
        do {
            for name in try Folder.names(in: directory) { try FileTree.remove(name, in: folder) }
        } catch {
            log.write(.warning, "what is left of the clone in '\(directory)' could not be removed: \(error)")
        }
    }

    // MARK: Words

    private func report(_ line: String) { log.write(.info, "git: \(line)") }

    private func require(_ outcome: HelperProcesses.Outcome, _ verb: String) throws(JobFailure) {
        if !outcome.succeeded { throw failure(of: outcome, verb) }
    }

    /// What a git that failed means to the job's user.
    private func failure(
        of outcome: HelperProcesses.Outcome, _ verb: String, _ branch: String? = nil
    ) -> JobFailure {
        let errors = outcome.errors
        func says(_ words: String...) -> Bool { words.contains { errors.contains($0) } }
        let detail = Self.lastLines(of: errors)
        if says(
            "Authentication failed", "could not read Username", "could not read Password", "terminal prompts disabled",
            "Permission denied", "error: 401", "error: 403")
        {
            return JobFailure(
                "\(access.url) cannot be \(verb) with the credentials that this project has for it: \(detail)."
                    + " Give others with `dstack init --token TOKEN` or `--git-identity KEY`")
        }
        if says(
            "not our ref", "couldn't find remote ref", "unadvertised object", "not a commit", "reference is not a tree")
        {
            let what =
                data.repoHash.map { "commit \($0.prefix(12)) of branch \(branch ?? "?")" } ?? "branch \(branch ?? "?")"
            return JobFailure(
                "\(access.url) no longer has \(what): \(detail). Its history was rewritten or the branch is gone;"
                    + " fetch, rebase your branch on it, and apply again")
        }
        if says("not found", "does not appear to be a git repository", "does not exist") {
            return JobFailure(
                "\(access.url) is not there, or not for these credentials: \(detail). Check the URL, or give"
                    + " credentials with `dstack init --token TOKEN` or `--git-identity KEY`")
        }
        return JobFailure(
            "\(access.url) cannot be \(verb): \(detail.isEmpty ? "git \(outcome.status.words)" : detail)."
                + " `dstack logs --diagnose` shows more")
    }

    /// What git said last, on one line; what is said of progress is left out.
    static func lastLines(of errors: String) -> String {
        let lines = errors.split(whereSeparator: { $0.isNewline }).map { String($0) }
        let telling = lines.filter { $0.hasPrefix("fatal:") || $0.hasPrefix("error:") || $0.contains("denied") }
        return (telling.isEmpty ? Array(lines.suffix(2)) : Array(telling.prefix(3))).joined(separator: "; ")
    }
}
