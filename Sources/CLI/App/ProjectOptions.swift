import ArgumentParser

/// `--project`, which every command that talks to a server takes.
struct ProjectOptions: ParsableArguments {
    @Option(
        name: .customLong("project"),
        help: ArgumentHelp(
            "The project. The default is $DSTACK_PROJECT, then the default project of ~/.dstack/config.yml.",
            valueName: "name"))
    var name: String?
}
