/// The user's own `git` in one folder.
struct UserGit {
    let directory: String

    /// Settings of the user's that would change what a program reads of git's output.
    private static let plain = ["-c", "core.quotePath=false", "-c", "core.fsmonitor=false", "-c", "color.ui=false"]

    /// Variables that would lead git away from the folder.
    private static let cleared: [String: String?] = [
        "GIT_DIR": nil, "GIT_WORK_TREE": nil, "GIT_INDEX_FILE": nil, "GIT_PREFIX": nil,
        "GIT_OBJECT_DIRECTORY": nil, "GIT_EXTERNAL_DIFF": nil, "GIT_DIFF_OPTS": nil,
        "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0",
    ]

    /// Runs git, whatever comes of it.
    func run(
        _ arguments: [String], environment: [String: String?] = [:], input: [UInt8] = [], outputPath: String? = nil,
        seconds: Int? = nil
    ) throws(RepoError) -> ProgramRun {
        do {
            return try ProgramRun(
                ["git", "-C", directory] + Self.plain + arguments,
                environment: Self.cleared.merging(environment) { $1 }, input: input, outputPath: outputPath,
                seconds: seconds)
        } catch {
            throw RepoError(error)
        }
    }

    /// The first line of what git prints; nil where it prints nothing or fails.
    func line(_ arguments: [String]) throws(RepoError) -> String? {
        let run = try run(arguments)
        guard run.status == 0, let line = run.text.split(separator: "\n").first, !line.isEmpty else { return nil }
        return String(line)
    }

    /// Runs git, which must succeed.
    func require(
        _ arguments: [String], environment: [String: String?] = [:], input: [UInt8] = [], outputPath: String? = nil,
        to purpose: String
    ) throws(RepoError) -> ProgramRun {
        let run = try run(arguments, environment: environment, input: input, outputPath: outputPath)
        guard run.status == 0 else {
            throw RepoError(.program, "\(directory): git could not \(purpose): \(Self.lastLine(run.errors))")
        }
        return run
    }

    static func lastLine(_ errors: String) -> String {
        let lines = errors.split(whereSeparator: \.isNewline)
        let telling = lines.first { $0.hasPrefix("fatal:") || $0.hasPrefix("error:") }
        return String(telling ?? lines.last ?? "it said nothing")
    }
}
