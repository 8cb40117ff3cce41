import Glibc
import Wire

/// SSH between the nodes of a run in containers, as MPI starts its daemons: a server in each, and what the client of
/// the job's user needs to reach the others without a question.
///
/// The server is dropbear, which came along (`scripts/bundle-tools`) with a library that tells it who the job's user is,
/// so it needs nothing of the image but a shell. Only the run's own key opens it: to the server the user's home is a folder
/// of its own, and who logs in is led to the real one. The private half lies in the runner's directory too, since the
/// home may be a volume that outlives the run; there the client's settings alone are kept.
struct NodeSSH: Equatable, Sendable {
    /// Address that the server listens on: the node's own.
    let address: String
    let port: Int
    /// All nodes.
    let addresses: [String]
    let key: JobSSHKey
    let user: JobUser
    let home: String
    /// Where the tools are.
    let tools: String
    /// A folder of its own, made by `prepare`.
    let directory: String
    let owner: Folder.Owner

    /// Nil where the job is alone, is a plain process, whose user's home is the host's, or has no server that came along.
    init?(_ request: RunnerSubmitRequest, options: StartOptions, user: JobUser, home: String, owner: Folder.Owner) {
        guard !options.isProcess, geteuid() == 0, let cluster = request.clusterInfo, cluster.jobIPs.count > 1,
            cluster.jobIPs.indices.contains(request.jobSpec.jobNum), !cluster.jobIPs.contains(""),
            let key = request.jobSpec.sshKey, let tools = options.toolsDirectory ?? GitTools.besideThisProgram,
            access("\(tools)/bin/dropbear", X_OK) == 0
        else { return nil }
        address = cluster.jobIPs[request.jobSpec.jobNum]
        addresses = cluster.jobIPs
        port = options.sshPort
        self.key = key
        self.user = user
        self.home = home
        self.tools = tools
        self.owner = owner
        directory = options.tempDirectory + "/ssh"
    }

    private var hostKeyPath: String { directory + "/host_key" }
    private var jobKeyPath: String { directory + "/job_key" }
    private var passwdPath: String { directory + "/passwd" }
    private var groupPath: String { directory + "/group" }
    /// The user's home as the server knows it.
    private var serverHome: String { directory + "/home" }
    private var enterPath: String { directory + "/enter" }

    /// Makes the server's key and the client's files. Blocks.
    func prepare(_ helpers: HelperProcesses) throws {
        try Folder.make(directory, .init(uid: 0, gid: 0, applies: false), mode: 0o711)
        let place = Launcher.Place(directory: "/", uid: 0, gid: 0, groups: [0], changesUser: false)
        let outcome = try helpers.run(
            ["\(tools)/bin/dropbearkey", "-t", "ed25519", "-f", hostKeyPath], environment: [], place: place)
        guard outcome.succeeded else { throw JobFailure("dropbearkey failed: \(outcome.errors)") }
        try SmallFile.write(passwd, to: passwdPath, mode: 0o644)
        try SmallFile.write("\(name):x:\(user.gid):\n", to: groupPath, mode: 0o644)
        try give(key.privateKey, to: jobKeyPath)
        let root = Folder.Owner(uid: 0, gid: 0, applies: false)
        try Folder.make(serverHome + "/.ssh", root, mode: 0o755)
        try SmallFile.write(enterScript, to: enterPath, mode: 0o755)
        try SmallFile.write(
            "command=\"\(enterPath)\" \(key.publicKey.split(whereSeparator: \.isNewline).first ?? "")\n",
            to: serverHome + "/.ssh/authorized_keys", mode: 0o644)
        try UserSSHConfig(home: home, owner: owner).put(clientSettings)
    }

    /// What runs in the place of what the client asks for: that, in the user's own home.
    private var enterScript: String {
        """
        #!/bin/sh
        export HOME=\(GitTools.quoted(home))
        cd "$HOME" 2>/dev/null || cd /
        if [ -n "$SSH_ORIGINAL_COMMAND" ]; then exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"; fi
        exec /bin/sh -l

        """
    }

    /// The server, in the foreground.
    var arguments: [String] {
        // -s, -g: no passwords. -E: its log to standard error.
        ["\(tools)/bin/dropbear", "-F", "-E", "-s", "-g", "-r", hostKeyPath, "-p", "\(address):\(port)"]
    }

    var environment: [String] {
        [
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LD_PRELOAD=\(tools)/lib/libnss_wrapper.so",
            "NSS_WRAPPER_PASSWD=\(passwdPath)", "NSS_WRAPPER_GROUP=\(groupPath)",
        ]
    }

    /// Starts the server. It dies with the thread that calls this, and with the job's processes.
    func start() throws(SystemError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_addopen(
            &actions, 2, directory + "/server.log", O_WRONLY | O_CREAT | O_APPEND, 0o644)
        let place = Launcher.Place(directory: "/", uid: 0, gid: 0, groups: [0], changesUser: false)
        var process: pid_t = 0
        let result = place.spawn(arguments, environment: environment, &actions, &process)
        guard result == 0 else { throw SystemError("start the SSH server", code: result) }
        return process
    }

    // MARK: Files

    private var name: String { user.name ?? "job" }

    /// The job's user, also as root: whoever logs in is the user that the job runs as.
    private var passwd: String {
        let names = name == "root" ? [name] : [name, "root"]
        return names.map { "\($0):x:\(user.uid):\(user.gid)::\(serverHome):/bin/sh\n" }.joined()
    }

    /// What the client is told of the nodes. A node whose server is still starting is tried for a while.
    private var clientSettings: String {
        """
        Host \(addresses.joined(separator: " "))
            Port \(port)
            User \(name)
            IdentityFile \(jobKeyPath)
            IdentitiesOnly yes
            StrictHostKeyChecking no
            UserKnownHostsFile /dev/null
            ConnectionAttempts 30
            LogLevel ERROR

        """
    }

    private func give(_ text: String, to path: String) throws(SystemError) {
        try SmallFile.write(text.hasSuffix("\n") ? text : text + "\n", to: path, mode: 0o600)
        if owner.applies, chown(path, owner.uid, owner.gid) != 0 { throw SystemError("give '\(path)' to its job") }
    }
}
