import FoundationEssentials
import Wire

/// What the container's image says about its main process, as the shim hands it on by two variables of the runner's
/// own environment. A plain process has none.
struct ImageDefaults: Equatable, Sendable {
    static let userVariable = "DSTACK_RUNNER_IMAGE_USER"
    static let commandVariable = "DSTACK_RUNNER_IMAGE_COMMAND"

    /// Whom the image's program runs as.
    var user: RunnerUser?
    /// The image's program and its arguments.
    var command: [String] = []

    init(_ variables: [String: String]) {
        user = variables[Self.userVariable].flatMap(Self.user)
        guard let text = variables[Self.commandVariable] else { return }
        // Written by the shim: what is not a list of words is not a command.
        command = (try? JSONDecoder().decode([String].self, from: Data(text.utf8))) ?? []
    }

    /// `USER`, `USER:GROUP`, or their numbers.
    static func user(_ text: String) -> RunnerUser? {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard let first = parts.first else { return nil }
        var user = RunnerUser()
        if let uid = Int(first) { user.uid = uid } else { user.username = first }
        if parts.count > 1 {
            if let gid = Int(parts[1]) { user.gid = gid } else { user.groupname = parts[1] }
        }
        return user
    }
}
