import Glibc
import Wire

/// What the client of a job's user needs to reach the other nodes of its run by SSH without a question, as MPI starts its
/// daemons. Each node's server is its job's (`JobSSH`); the run's own key opens it.
///
/// The private half lies in the runner's directory, since the home may be a volume that outlives the run. In a container
/// the client's settings are in the user's home; the home that the client of a plain process looks into is the host's
/// user's, so there the programs `ssh`, `scp` and `sftp` come first in the job's PATH and name the settings themselves.
struct NodeSSH: Equatable, Sendable {
    let port: Int
    /// All nodes.
    let addresses: [String]
    let key: JobSSHKey
    let user: JobUser
    let home: String
    let tools: String?
    let isProcess: Bool
    /// A folder of its own.
    let directory: String
    let owner: Folder.Owner

    /// Nil where the job is alone.
    init?(_ request: RunnerSubmitRequest, options: StartOptions, user: JobUser, home: String, owner: Folder.Owner) {
        guard let cluster = request.clusterInfo, cluster.jobIPs.count > 1, !cluster.jobIPs.contains(""),
            let key = request.jobSpec.sshKey
        else { return nil }
        addresses = cluster.jobIPs
        port = options.sshPort
        self.key = key
        self.user = user
        self.home = home
        self.owner = owner
        tools = options.tools
        isProcess = options.isProcess
        directory = options.tempDirectory + "/nodes"
    }

    private var keyPath: String { directory + "/job_key" }
    private var configPath: String { directory + "/config" }
    private var programs: String { directory + "/bin" }

    /// Makes the client's files; gives back a folder of programs for the job's PATH, where there is need of one.
    ///
    /// - Parameter path: the job's PATH.
    func prepare(path: String) throws -> String? {
        try Folder.make(directory, .init(uid: 0, gid: 0, applies: false), mode: 0o755)
        try SmallFile.write(
            key.privateKey.hasSuffix("\n") ? key.privateKey : key.privateKey + "\n", to: keyPath, mode: 0o600)
        if owner.applies, chown(keyPath, owner.uid, owner.gid) != 0 {
            throw SystemError("give '\(keyPath)' to its job")
        }
        if !isProcess { try UserSSHConfig(home: home, owner: owner).put(settings) }
        let own = GitTools.program("ssh", path: path)
        guard isProcess || own == nil else { return nil }
        guard let ssh = own ?? tools.map({ $0 + "/bin/ssh" }), access(ssh, X_OK) == 0 else { return nil }
        try SmallFile.write(
            settings + "Match all\n    Include ~/.ssh/config\n    Include /etc/ssh/ssh_config\n", to: configPath,
            mode: 0o644)
        try Folder.make(programs, .init(uid: 0, gid: 0, applies: false), mode: 0o755)
        try SmallFile.write(script(ssh), to: programs + "/ssh", mode: 0o755)
        for name in ["scp", "sftp"] {
            guard let program = GitTools.program(name, path: path) else { continue }
            try SmallFile.write(script(program), to: "\(programs)/\(name)", mode: 0o755)
        }
        return programs
    }

    private func script(_ program: String) -> String {
        "#!/bin/sh\nexec \(GitTools.quoted(program)) -F \(GitTools.quoted(configPath)) \"$@\"\n"
    }

    /// What the client is told of the nodes. A node whose server is still starting is tried for a while.
    private var settings: String {
        """
        Host \(addresses.joined(separator: " "))
            Port \(port)
            User \(user.name ?? "job")
            IdentityFile \(keyPath)
            IdentitiesOnly yes
            StrictHostKeyChecking no
            UserKnownHostsFile /dev/null
            ConnectionAttempts 30
            LogLevel ERROR

        """
    }
}
