import Wire

/// References `${{ secrets.NAME }}` in what a job is given, and what takes their place.
///
/// Pure: the values come from `Store.secretValues(projectID:)` at the last moment, when the job is handed to its
/// runner or its image is asked for, and are kept nowhere. In `env` and `registry_auth` a value takes the reference's
/// place, as with dstack. In `commands`, which everybody on the machine can read, the name of a variable does; see
/// `ShellSecrets`.
public enum SecretReferences {
    /// What the variables that stand for secrets in `commands` begin with.
    public static let variablePrefix = "DSTACK_SECRET_"

    /// The names of the secrets that a job refers to, sorted.
    ///
    /// - Throws: `SecretReferenceError` where a reference is malformed or stands where none can be filled in.
    public static func names(
        env: [String: String], registryAuth: RegistryAuth?, commands: [String]
    ) throws(SecretReferenceError) -> [String] {
        var names: Set<String> = []
        for (variable, text) in env.sorted(by: { $0.key < $1.key }) {
            names.formUnion(try parse(text, in: "`env` variable \(variable)").1)
        }
        if let registryAuth {
            names.formUnion(try parse(registryAuth.username, in: "`registry_auth.username`").1)
            names.formUnion(try parse(registryAuth.password, in: "`registry_auth.password`").1)
        }
        names.formUnion(try rewritten(commands).names)
        return names.sorted()
    }

    /// Gives a job its secrets: values in `env`, variables in `commands`.
    ///
    /// - Parameter values: the project's secrets by name.
    /// - Throws: `SecretReferenceError`, which never holds a value.
    public static func fill(
        _ spec: RunnerJobSpec, with values: [String: String]
    ) throws(SecretReferenceError) -> RunnerJobSpec {
        var spec = spec
        try require(names(env: spec.env, registryAuth: nil, commands: spec.commands), in: values)
        for (variable, text) in spec.env.sorted(by: { $0.key < $1.key }) {
            spec.env[variable] = try fill(text, in: "`env` variable \(variable)", with: values)
        }
        let commands = try rewritten(spec.commands)
        spec.commands = commands.words
        for name in commands.names { spec.env[variablePrefix + name] = values[name] }
        return spec
    }

    /// The credentials that an image is pulled with.
    ///
    /// - Parameter values: the project's secrets by name.
    /// - Throws: `SecretReferenceError`, which never holds a value.
    public static func fill(
        _ auth: RegistryAuth, with values: [String: String]
    ) throws(SecretReferenceError) -> RegistryAuth {
        RegistryAuth(
            username: try fill(auth.username, in: "`registry_auth.username`", with: values),
            password: try fill(auth.password, in: "`registry_auth.password`", with: values))
    }

    /// - Throws: `SecretReferenceError.missing` with those of the names that have no value.
    public static func require(
        _ names: [String], in values: [String: String]
    ) throws(SecretReferenceError) {
        let missing = names.filter { values[$0] == nil }
        if !missing.isEmpty { throw .missing(missing) }
    }

    // MARK: Parts

    private static func fill(
        _ text: String, in place: String, with values: [String: String]
    ) throws(SecretReferenceError) -> String {
        let (interpolation, names) = try parse(text, in: place)
        try require(names, in: values)
        return interpolation.filled { values[String($0.dropFirst("secrets.".count))] }
    }

    private static func parse(
        _ text: String, in place: String
    ) throws(SecretReferenceError) -> (Interpolation, [String]) {
        let interpolation: Interpolation
        do {
            interpolation = try Interpolation(text)
        } catch {
            switch error {
            case .unclosed: throw .unclosed(place: place)
            case .illegalName(let name): throw .illegal(name, place: place)
            }
        }
        var names: [String] = []
        for reference in interpolation.references {
            guard reference.hasPrefix("secrets.") else { throw .illegal(reference, place: place) }
            names.append(String(reference.dropFirst("secrets.".count)))
        }
        return (interpolation, names)
    }

    /// The argument vector with variables in place of references, and the names of the secrets they stand for.
    private static func rewritten(
        _ commands: [String]
    ) throws(SecretReferenceError) -> (words: [String], names: [String]) {
        guard commands.contains(where: ShellSecrets.hasReference) else { return (commands, []) }
        let isScript = commands.count == 4 && commands[1] == "-i" && commands[2] == "-c"
        guard isScript, !commands.dropLast().contains(where: ShellSecrets.hasReference) else {
            throw .noShell(nil)
        }
        let shell = commands[0].split(separator: "/").last.map(String.init) ?? commands[0]
        guard ShellSecrets.shells.contains(shell) else { throw .noShell(shell) }
        let script = try ShellSecrets.rewrite(commands[3])
        return (Array(commands.dropLast()) + [script.text], script.names)
    }
}

/// Why a job's secrets cannot be filled in, in words for the user and without any value.
public enum SecretReferenceError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The project has no secrets of these names.
    case missing([String])
    /// What stands in the braces is no `secrets.NAME`.
    case illegal(String, place: String)
    case unclosed(place: String)
    /// The commands are not a script of a shell whose rules are known.
    case noShell(String?)
    /// A here-document whose delimiter is quoted: the shell fills in nothing there.
    case quotedDocument(delimiter: String)

    public var description: String {
        switch self {
        case .missing(let names):
            let first = names.first ?? ""
            return names.count == 1
                ? "secret '\(first)' is not set in the project: set it with `dstack secret set \(first)`"
                : "secrets \(names.map { "'\($0)'" }.joined(separator: ", ")) are not set in the project: set each with"
                    + " `dstack secret set NAME`"
        case .illegal(let reference, let place):
            return "\(place) refers to '\(reference)', which is no secret: write ${{ secrets.NAME }} with a NAME of"
                + " letters, digits and underscores, or $$ for a dollar sign"
        case .unclosed(let place):
            return "\(place) has a reference that begins with ${{ and has no }}; write $$ for a dollar sign"
        case .noShell(let shell):
            return "`commands` refer to a secret, and "
                + (shell.map { "the rules of the shell '\($0)' are not known" } ?? "no shell reads them")
                + ": give the secret to a variable in `env`, as NAME: ${{ secrets.NAME }}"
        case .quotedDocument(let delimiter):
            return "`commands` refer to a secret in a here-document whose delimiter '\(delimiter)' is quoted, where a"
                + " shell fills in nothing: take the quotes from the delimiter, or read the secret from `env`"
        }
    }
}
