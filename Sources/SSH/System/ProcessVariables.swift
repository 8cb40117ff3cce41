import Foundation

/// The environment that a program is given.
enum ProcessVariables {
    /// This process's own, but for what would send `ssh` elsewhere: another agent, or a window that asks questions.
    static var all: [String: String] {
        var variables = ProcessInfo.processInfo.environment
        for name in ["SSH_AUTH_SOCK", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "DISPLAY"] { variables[name] = nil }
        // ssh starts the jumps by it, and some services have one that refuses.
        variables["SHELL"] = "/bin/sh"
        return variables
    }
}
