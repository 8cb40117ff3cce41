import Glibc
import Wire

/// What the SSH server of a job is made of: who may log in, as whom, with which variables; and its files.
///
/// The server is dropbear, which came along (`scripts/bundle-tools`). A library gives it a passwd, group and hosts file of
/// the job's own: `root`, as whom dstack's clients log in, and the job's user are both the user that the job runs as, whose
/// home is a folder of the run's that holds the keys. So it needs nothing of the image but a shell, and neither reads nor
/// touches what users of the host have set up for themselves. Who is let in is led on by `SSHEntry`.
struct JobSSH: Equatable, Sendable {
    /// Public keys, a line each.
    let keys: [String]
    /// Where the server listens.
    let addresses: [String]
    let port: Int
    /// What `localhost` means to who forwards a port, first to last.
    let localhost: [String]
    let user: JobUser
    let entry: SSHEntry
    /// Where the tools are.
    let tools: String
    /// A folder of its own.
    let directory: String
    let owner: Folder.Owner

    /// Nil where nobody may log in, or no server came along.
    init?(
        _ request: RunnerSubmitRequest, options: StartOptions, user: JobUser, owner: Folder.Owner, entry: SSHEntry
    ) {
        let spec = request.jobSpec
        let all = options.authorizedKeys + [spec.sshKey?.publicKey].compactMap(\.self)
        keys = all.reduce(into: []) { keys, text in
            guard let key = Self.key(text), !keys.contains(key) else { return }
            keys.append(key)
        }
        guard !keys.isEmpty, let tools = options.tools, access("\(tools)/bin/dropbear", X_OK) == 0 else { return nil }
        self.tools = tools
        let own = options.httpAddress
        let isShared = !own.isEmpty && own != "0.0.0.0"
        var addresses = [isShared ? own : "0.0.0.0"]
        // On a network that jobs share a node is reached by another address than the one that only this machine knows.
        if isShared, let cluster = request.clusterInfo, cluster.jobIPs.indices.contains(spec.jobNum) {
            let node = cluster.jobIPs[spec.jobNum]
            if !node.isEmpty, !addresses.contains(node) {
                addresses.append(node)
                // A node that has a host alone: who comes through the host's own SSH server finds it on `localhost`.
                if !node.hasPrefix("127.") { addresses.append("127.0.0.1") }
            }
        }
        self.addresses = addresses
        localhost = (isShared ? [own] : []) + ["127.0.0.1", "::1"].filter { $0 != own }
        port = options.sshPort
        self.user = user
        self.entry = entry
        self.owner = owner
        directory = options.tempDirectory + "/ssh"
    }

    /// A public key as a line of its own; nil where it is none.
    static func key(_ text: String) -> String? {
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        let words = line.split(separator: " ")
        guard words.count >= 2, ["ssh-", "ecdsa-", "sk-"].contains(where: { words[0].hasPrefix($0) }) else {
            return nil
        }
        return words.joined(separator: " ")
    }

    private var hostKeyPath: String { directory + "/host_key" }
    private var passwdPath: String { directory + "/passwd" }
    private var groupPath: String { directory + "/group" }
    private var hostsPath: String { directory + "/hosts" }
    private var entryPath: String { directory + "/enter" }
    /// The user's home as the server knows it.
    private var serverHome: String { directory + "/home" }
    private var name: String { user.name ?? "job" }

    /// Writes the server's files, all but its key.
    func write() throws(SystemError) {
        let own = Folder.Owner(uid: 0, gid: 0, applies: false)
        try Folder.make(directory, own, mode: 0o755)
        try Folder.make(serverHome + "/.ssh", own, mode: 0o755)
        try SmallFile.write(passwd, to: passwdPath, mode: 0o644)
        try SmallFile.write(group, to: groupPath, mode: 0o644)
        try SmallFile.write(hosts, to: hostsPath, mode: 0o644)
        // The job's variables are its own to see.
        unlink(entryPath)
        try SmallFile.write(entry.script, to: entryPath, mode: 0o700)
        if owner.applies, chown(entryPath, owner.uid, owner.gid) != 0 {
            throw SystemError("give '\(entryPath)' to its job")
        }
        try SmallFile.write(authorizedKeys, to: serverHome + "/.ssh/authorized_keys", mode: 0o644)
    }

    // MARK: Files

    var passwd: String {
        let names = name == "root" ? [name] : [name, "root"]
        return names.map { "\($0):x:\(user.uid):\(user.gid)::\(serverHome):/bin/sh\n" }.joined()
    }

    var group: String {
        let members = name == "root" ? name : "\(name),root"
        let more = user.groups.filter { $0 != user.gid }.map { "group\($0):x:\($0):\(members)\n" }
        return "\(name):x:\(user.gid):\n" + more.joined()
    }

    var hosts: String { localhost.map { "\($0) localhost\n" }.joined() }

    var authorizedKeys: String {
        let command = GitTools.quoted(entryPath).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return keys.map { "command=\"\(command)\" \($0)\n" }.joined()
    }

    // MARK: Connections

    /// Bytes that a client may send ahead: more than dropbear's own 24 KiB, which makes a long way slow.
    private static let windowBytes = 1 << 20

    /// What serves one connection, which is its standard input and output: makes the key where there is none yet.
    var arguments: [String] {
        [
            "dstack-runner", SSHConnection.mode, hostKeyPath, "\(tools)/bin/dropbearkey", "--",
            // -i: one connection. -E: it says on standard error who logs in. -s, -g: no passwords.
            "\(tools)/bin/dropbear", "-i", "-E", "-s", "-g", "-W", "\(Self.windowBytes)", "-r", hostKeyPath,
        ]
    }

    var environment: [String] {
        [
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LD_PRELOAD=\(tools)/lib/libnss_wrapper.so",
            "NSS_WRAPPER_PASSWD=\(passwdPath)", "NSS_WRAPPER_GROUP=\(groupPath)", "NSS_WRAPPER_HOSTS=\(hostsPath)",
        ]
    }
}
