/// One entry of a tar archive, its long names and PAX headers resolved.
struct TarEntry: Equatable {
    enum Kind: Equatable {
        case file
        case directory
        /// A symbolic link to this target.
        case link(String)
        /// Another name of an entry of the archive.
        case hardLink(String)
        /// Devices, pipes and the like, by their type letter.
        case other(Character)
    }

    var path: String
    var kind: Kind
    /// Permission bits.
    var mode: UInt32
    /// Bytes of content that follow.
    var size: Int64
    /// Modification time, seconds since the epoch.
    var modified: Int64
}
