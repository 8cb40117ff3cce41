/// A file or link that a host needs, below the folder of ours there.
struct HostProgram: Equatable, Sendable {
    /// As `tools/bin/git`.
    var path: String
    /// Where it is on this machine.
    var source: String
    /// Bytes; 0 for a link.
    var size: Int
    /// The permissions.
    var mode: UInt32
    /// When it was made, in seconds since 1970: a shim tells its builds apart by it.
    var time = 0
    /// SHA-256 in hexadecimal; empty for a link.
    var digest: String
    /// Where a link leads.
    var link: String?

    var isLink: Bool { link != nil }
}
