import Wire

/// `ssh NAME` leads into a job of a run, from its start until it is closed or let go of.
///
/// The way is the one that ports take: through the server, which may be anywhere, to the job's own SSH server. The program
/// that `ssh` starts for it is the client's (``Dstack/carry(port:of:replica:job:input:output:)``).
public final class SSHLogin: Sendable {
    /// What to call the job: `ssh NAME`.
    public let name: String
    private let folder: SSHFolder
    private let mark: String

    init(name: String, folder: SSHFolder, settings: [(name: String, value: String)]) throws(SSHFolderError) {
        self.name = name
        self.folder = folder
        mark = SSHFolder.mark(Int.random(in: 0..<1_000_000))
        try folder.attach(name, settings, mark: mark)
    }

    /// Takes the name away.
    public func close() throws(SSHFolderError) { try folder.detach(name, mark: mark) }
}

extension Run {
    /// How a job is called by `ssh`, as dstack calls it: as its run, or where there are others by its own name.
    public static func sshName(of job: Job, in run: String) -> String {
        job.jobSpec.jobNum == 0 && job.jobSpec.replicaNum == 0 ? run : job.jobSpec.jobName
    }

    /// Makes `ssh` lead into a job. Blocks a little: call from a thread that may.
    ///
    /// - Parameters:
    ///   - identity: the file of the private key.
    ///   - connector: the command that carries a connection to the job's SSH server over its standard input and output.
    public func login(
        _ job: Job, identity: String, connector: String, folder: SSHFolder
    ) throws(SSHFolderError) -> SSHLogin {
        let name = Self.sshName(of: job, in: self.name)
        return try SSHLogin(
            name: name, folder: folder,
            settings: [
                ("HostName", name), ("Port", "\(JobSSHServer.port)"),
                ("User", job.jobSubmissions.last?.jobRuntimeData?.username ?? "root"),
                ("IdentityFile", SSHFolder.written(identity)), ("IdentitiesOnly", "yes"),
                // Each job has a key of its own, and the way to it is the server's.
                ("StrictHostKeyChecking", "no"), ("UserKnownHostsFile", "/dev/null"), ("LogLevel", "ERROR"),
                ("ProxyCommand", connector),
            ])
    }
}
