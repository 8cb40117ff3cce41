import ArgumentParser
import Wire

/// The flags of `dstack apply` that change the configuration, and how much of the plan is shown.
struct ApplyOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, help: ArgumentHelp("The run's name; without it and in the file, one is made up."))
    var name: String?

    @Option(help: ArgumentHelp("How many offers the plan shows.", valueName: "n"))
    var maxOffers = 3

    @Flag(help: "Show offers whole, not cut to the requirements.")
    var fullOffers = false

    @Flag(help: "Show only what is not in use.")
    var unallocated = false

    @Option(
        name: [.customShort("e"), .customLong("env")], parsing: .singleValue,
        help: ArgumentHelp("A variable of the run; without a value it takes the caller's.", valueName: "key[=value]"))
    var variables: [Variable] = []

    @OptionGroup var forwarding: ForwardingOptions

    @OptionGroup(title: "Resources") var resources: ResourceOptions
    @OptionGroup(title: "Repository") var repo: RepoOptions
    @OptionGroup(title: "Profile") var profile: ProfileOptions
    @OptionGroup var identity: IdentityOptions

    @Argument(
        help: ArgumentHelp(
            "The arguments of the run, in the commands as ${{ run.args }}. Put them behind --.", valueName: "run-args"))
    var runArguments: [String] = []

    func validate() throws {
        guard (1...10_000).contains(maxOffers) else {
            throw ValidationError("--max-offers takes a number from 1 to 10000, not \(maxOffers)")
        }
    }
}

/// `KEY=VALUE` or `KEY`.
struct Variable: ExpressibleByArgument, Sendable {
    let name: String
    let value: Env.Value

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, Env.isName(first) else {
            return nil
        }
        name = String(first)
        value = parts.count == 2 ? .text(String(parts[1])) : .fromCaller(name)
    }
}
