/// Where an agent's server listens.
public enum ListenAddress: Sendable, Equatable {
    /// A TCP port on a numeric address. An empty host means every IPv4 interface; port 0 lets the kernel choose.
    ///
    /// Names are not resolved: in a static program the C library's resolver would load the host's shared objects.
    case tcp(host: String, port: Int)
    /// A unix socket at a path. A socket that a dead server left there is replaced; a live one is an error.
    case unix(path: String)
    /// A socket that the parent has bound and listened on already, inherited as this descriptor.
    case descriptor(Int32)
}
