/// Why the server does not start, in words for whoever started it.
public enum ServerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A variable's value cannot be used.
    case variable(_ name: String, _ value: String, expected: String)
    /// The directory cannot be made or written to.
    case directory(path: String, reason: String)
    /// Another server works on the directory.
    case locked(path: String, process: String)
    /// The address cannot be listened on.
    case address(host: String, port: Int, reason: String)
    /// The server's configuration file is wrong.
    case configuration(String)

    public var description: String {
        switch self {
        case .variable(let name, let value, let expected):
            "\(name) is '\(value)', which is not \(expected)"
        case .directory(let path, let reason):
            "the server's directory '\(path)' cannot be used: \(reason); name another one by DSTACK_SERVER_DIR"
        case .locked(let path, let process):
            "another server\(process.isEmpty ? "" : " (process \(process))") works on '\(path)'; stop it, or name"
                + " another directory by DSTACK_SERVER_DIR"
        case .address(let host, let port, let reason):
            "cannot listen on \(host):\(port): \(reason); choose another by --host or --port"
        case .configuration(let what): what
        }
    }
}
