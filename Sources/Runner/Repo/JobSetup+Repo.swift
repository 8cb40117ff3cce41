import Glibc
import Wire

/// The repository of a job that has one.
extension JobSetup {
    /// Clones it, unless the job's directory holds something already and that is to be kept.
    func checkOut(
        _ data: RunnerRepoData, _ owner: Folder.Owner, _ log: RunnerLog, _ helpers: HelperProcesses
    ) throws {
        let spec = request.jobSpec
        defer { if let codePath { unlink(codePath) } }
        guard let credentials = request.repoCredentials else {
            throw JobFailure(
                "the repository \(data.repoName ?? "") was not made known to the project by the run's user: run"
                    + " `dstack init -P PATH-OR-URL`, and apply again")
        }
        let access = RepoAccess(credentials)
        try RepoNames.check(data)
        try Folder.make(repoDirectory, owner)
        guard try Folder.names(in: repoDirectory).isEmpty else {
            switch spec.repoExistsAction {
            case .error:
                throw JobFailure(
                    "\(access.url) cannot be cloned into '\(repoDirectory)', which is not empty: set another 'path'"
                        + " in 'repos', or 'if_exists: skip' to use what is there")
            case .skip, nil:
                log.write(.info, "'\(repoDirectory)' is not empty: \(access.url) is not cloned, what is there is used")
                return
            }
        }
        if owner.applies {
            // Empty, and the job's from here on.
            guard chown(repoDirectory, owner.uid, owner.gid) == 0 else {
                throw SystemError("give '\(repoDirectory)' to its job")
            }
        }
        if spec.repoCodeHash != nil, codePath == nil {
            throw JobFailure("the changes of the working copy were not uploaded; apply again")
        }
        let inherited = ProcessEnvironment.read()
        let git = try GitSession(
            tools: .find(
                path: inherited["PATH"] ?? "/usr/bin:/bin",
                toolsDirectory: options.toolsDirectory ?? GitTools.besideThisProgram, isUserKnown: user.name != nil),
            access: access, user: user, owner: owner, directory: options.tempDirectory + "/git",
            inherited: inherited, helpers: helpers)
        let outcome = Result {
            try RepoCheckout(
                data: data, access: access, directory: repoDirectory, isSingleBranch: spec.singleBranch ?? true,
                diffPath: codePath, git: git, log: log
            ).make()
        }
        // Also where it failed: what opened the repository does not stay.
        try git.close()
        do {
            try outcome.get()
        } catch is HelperProcesses.Cancelled {
            throw JobFailure("stopped while \(access.url) was being cloned")
        }
    }
}

/// Names of branches and commits, before they get to git.
enum RepoNames {
    /// - Throws: `JobFailure` where git could take one for something else.
    static func check(_ data: RunnerRepoData) throws(JobFailure) {
        if let hash = data.repoHash {
            guard (4...64).contains(hash.utf8.count), hash.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
                throw JobFailure("'\(hash)' is not the hash of a commit: 4 to 64 hexadecimal digits are expected")
            }
        }
        if let branch = data.repoBranch {
            let isPlain = branch.unicodeScalars.allSatisfy {
                $0.value > 32 && $0.value != 127 && !"~^:?*[\\".unicodeScalars.contains($0)
            }
            guard !branch.isEmpty, !branch.hasPrefix("-"), !branch.contains(".."), isPlain else {
                throw JobFailure("'\(branch)' is not the name of a branch")
            }
        }
    }
}
