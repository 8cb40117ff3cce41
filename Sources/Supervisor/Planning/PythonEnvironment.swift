import Wire

/// What goes before a job's commands where its configuration asks for a version of Python and names no image.
enum PythonEnvironment {
    /// Makes an environment in the job's home, by `uv` where it is there, else by an interpreter of that version, and
    /// lets the commands that follow use it. Where there is neither the job ends with a message and status 127.
    static func command(_ version: String) -> String {
        let folder = "\"$HOME/.dstack-venv\""
        let missing =
            "dstack: no Python \(version) here: install uv (https://docs.astral.sh/uv) or python\(version), "
            + "or leave out python"
        return "if command -v uv >/dev/null 2>&1; then uv venv -q --seed -p \(version) \(folder); "
            + "elif command -v python\(version) >/dev/null 2>&1; then python\(version) -m venv \(folder) "
            + "|| python\(version) -m venv --without-pip \(folder); "
            + "else echo '\(missing)' >&2; exit 127; fi && . \(folder)/bin/activate"
    }
}
