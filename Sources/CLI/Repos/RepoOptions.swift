import ArgumentParser

/// What opens a private repository.
struct RepoAccessOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: ArgumentHelp("The token of a private repository.", valueName: "token"))
    var token: String?

    @Option(
        name: .customLong("git-identity"),
        help: ArgumentHelp("The private key of a private repository.", valueName: "path"), completion: .file())
    var gitIdentity: String?
}

/// The flags of `dstack apply` about the run's repository.
struct RepoOptions: ParsableArguments {
    @Option(
        name: [.customShort("P"), .customLong("repo")],
        help: ArgumentHelp("The run's repository: the path of a clone, or a URL.", valueName: "path-or-url"))
    var repo: String?

    @Option(help: ArgumentHelp("The branch, where the repository is a URL.", valueName: "name"))
    var repoBranch: String?

    @Option(help: ArgumentHelp("The commit, where the repository is a URL.", valueName: "hash"))
    var repoHash: String?

    @Flag(help: "Use no repository.")
    var noRepo = false

    @OptionGroup var access: RepoAccessOptions

    func validate() throws {
        if repo != nil, noRepo {
            throw ValidationError("--repo and --no-repo exclude each other")
        }
    }
}
