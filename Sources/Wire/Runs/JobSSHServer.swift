/// The SSH server that every job has.
public enum JobSSHServer {
    /// Where it listens, at the job's own address.
    public static let port = 10022
}
