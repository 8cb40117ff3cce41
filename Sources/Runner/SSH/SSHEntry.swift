/// Leads who logs in over SSH to where the job is: its variables, its home, a shell.
///
/// The SSH server clears the environment of what it starts. What a client asks for is therefore run by this script: a
/// shell in the job's working directory, a command or a transfer of files in its home, as everywhere with SSH.
struct SSHEntry: Equatable, Sendable {
    /// Those of the job's commands.
    let variables: [String: String]
    let home: String
    let workingDirectory: String
    /// A server for file transfers, tried before the image's own.
    let fileServer: String

    /// What the SSH server, or the terminal on the other side, knows better than the job.
    private static let others: Set = ["TERM", "PWD", "OLDPWD", "SHLVL", "SHELL", "_"]

    var script: String {
        var lines = ["#!/bin/sh"]
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) where Self.passes(name) {
            lines.append("export \(name)=\(GitTools.quoted(value))")
        }
        lines.append(
            """
            export HOME=\(GitTools.quoted(home))
            \(Self.announcement)
            command=$SSH_ORIGINAL_COMMAND
            unset SSH_ORIGINAL_COMMAND SSH_PUBKEYINFO
            SHELL=/bin/sh
            for shell in /bin/bash /usr/bin/bash; do if [ -x $shell ]; then SHELL=$shell; break; fi; done
            export SHELL
            cd "$HOME" 2>/dev/null || cd /
            case "$command" in
                "") cd \(GitTools.quoted(workingDirectory)) 2>/dev/null; exec "$SHELL" ;;
                /usr/lib/sftp-server*) [ -x \(GitTools.quoted(fileServer)) ] && exec \(GitTools.quoted(fileServer)) ;;
            esac
            exec "$SHELL" -c "$command"

            """)
        return lines.joined(separator: "\n")
    }

    /// Tells the server's standard error that somebody has entered. The server is the next process upwards that goes by its
    /// name or, started through a loader of its own, by that one's; a shell may stand in between. In a shell of its own,
    /// so that it changes no variable of the job's.
    private static let announcement = """
        (
            server=$PPID
            for step in 1 2 3; do
                name=
                read -r name </proc/$server/comm
                case "$name" in
                    dropbear* | loader) echo '\(SSHVisitors.entered)' >/proc/$server/fd/2; break ;;
                esac
                above=0
                while read -r key value; do [ "$key" = PPid: ] && above=$value; done </proc/$server/status
                [ "$above" -gt 1 ] || break
                server=$above
            done
        ) 2>/dev/null
        """

    /// Whether a shell can set it, and it is the job's to say.
    static func passes(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        guard !others.contains(name), !name.hasPrefix("SSH_") else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
