/// Command lines of dstack that the parser would read otherwise.
///
/// dstack takes `--project` of a group of commands before the command's name: `dstack fleet --project main get …`. And
/// `-v` asks for the version where it stands alone, while commands have a `-v` of their own.
enum ArgumentOrder {
    private static let groups: [String: Set<String>] = [
        "event": ["list"], "fleet": ["list", "delete", "get"], "run": ["get"],
        "secret": ["list", "get", "set", "delete"],
    ]

    /// The arguments with such a `--project` moved behind the command's name, where the parser looks for it.
    static func normalized(_ arguments: [String]) -> [String] {
        if arguments.first == "-v" { return ["--version"] + arguments.dropFirst() }
        guard let group = arguments.first, let commands = groups[group], arguments.count > 2 else {
            return arguments
        }
        let count = arguments[1] == "--project" ? 2 : arguments[1].hasPrefix("--project=") ? 1 : 0
        guard count > 0, arguments.count > 1 + count, commands.contains(arguments[1 + count]) else {
            return arguments
        }
        return [group, arguments[1 + count]] + arguments[1...count] + arguments[(2 + count)...]
    }
}
