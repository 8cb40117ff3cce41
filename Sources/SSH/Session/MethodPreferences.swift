import CLibSSH2

/// Which of the methods that both sides know a session uses: the fastest, and host keys in one order.
enum MethodPreferences {
    /// libssh2 leaves out of a list what the installed version lacks. AES-GCM needs no MAC and is the fastest;
    /// 1.11 and later have it.
    static let ciphers = [
        "aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr",
    ]
    static let macs = [
        "hmac-sha2-256", "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512", "hmac-sha2-512-etm@openssh.com", "hmac-sha1",
    ]
    /// The same order as `SystemSSH` asks for, so that both see the same key of a host.
    static let hostKeys = [
        "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512",
        "rsa-sha2-256", "ssh-rsa",
    ]

    static func apply(to session: OpaquePointer) {
        let lists: [(Int32, [String])] = [
            (LIBSSH2_METHOD_CRYPT_CS, ciphers), (LIBSSH2_METHOD_CRYPT_SC, ciphers), (LIBSSH2_METHOD_MAC_CS, macs),
            (LIBSSH2_METHOD_MAC_SC, macs), (LIBSSH2_METHOD_HOSTKEY, hostKeys),
        ]
        // A list of which libssh2 knows nothing changes nothing.
        for (method, names) in lists { libssh2_session_method_pref(session, method, names.joined(separator: ",")) }
    }
}
