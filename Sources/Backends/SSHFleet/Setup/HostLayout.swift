/// Where things of ours are on a host.
enum HostLayout {
    /// Programs, scripts and the mark of whose host it is. Outside of everybody's home, so that no user's own dstack
    /// is touched, and where programs may be executed.
    static let folder = "/opt/dstack"
    /// The shim's state; beside what a user of dstack on that host keeps in the folder above.
    static let state = "/root/.dstack/shim"
    static let shim = folder + "/dstack-shim"
    /// Says which instance the host is, see `HostMark`.
    static let mark = folder + "/host"
    /// Sets the variables and becomes the shim.
    static let start = folder + "/start"
    /// Keeps the shim running where there is no systemd.
    static let supervise = folder + "/supervise"
    /// Takes all of it back, also without a server.
    static let uninstall = folder + "/uninstall"
    /// Held by who changes what is here; in a folder that outlives all of it.
    static let lock = "/run/dstack-host.lock"
    static let supervisor = "/run/dstack-shim.pid"
    /// The id of the shim's process, as the script that becomes it writes it.
    static let child = "/run/dstack-shim.child"
    static let unitName = "dstack-shim.service"
    static let unit = "/etc/systemd/system/" + unitName
    /// dstack's own default.
    static let shimPort = 10998
}

/// Text as one word of a POSIX shell.
func shellWord(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
}
