import FoundationEssentials
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Dstack {
    /// The user's key that the server made, as files of this machine.
    public struct UserKey: Sendable, Equatable {
        /// The private half.
        public var path: String
        public var publicKey: String
    }

    /// Seconds for which the files count as true: the key may be replaced on the server.
    private static let keySeconds = 600

    /// Fetches the user's key where it is not there, or was fetched a while ago.
    public func userKey(in folder: SSHFolder) async throws -> UserKey {
        let path = folder.keyPath(token: api.token ?? "")
        if let known = Self.fresh(path) { return UserKey(path: path, publicKey: known) }
        let user = try await api.users.getMyUser()
        guard let privateKey = user.sshPrivateKey, let publicKey = user.sshPublicKey else {
            throw IdentityFileError(description: "the server at \(api.address.base) has no SSH key for this user")
        }
        try folder.save(privateKey: privateKey, publicKey: publicKey, to: path)
        return UserKey(path: path, publicKey: publicKey)
    }

    private static func fresh(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0, time(nil) - status.st_mtim.tv_sec < keySeconds,
            let data = FileManager.default.contents(atPath: path + ".pub")
        else { return nil }
        return String(decoding: data, as: UTF8.self)
    }
}
