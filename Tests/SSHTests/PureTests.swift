import CLibSSH2
import Glibc
import Testing

@testable import SSH

@Suite struct PureTests {
    /// Made by ssh-keygen and openssl for these tests; nothing trusts them.
    static let keys: [(text: String, kind: PrivateKeyKind)] = [
        (pem("RSA PRIVATE KEY", "AAAA"), .init(algorithm: .rsa, isEncrypted: false)),
        (
            pem("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA"),
            .init(algorithm: .rsa, isEncrypted: true)
        ),
        (pem("EC PRIVATE KEY", "AAAA"), .init(algorithm: .ecdsa, isEncrypted: false)),
        (pem("DSA PRIVATE KEY", "AAAA"), .init(algorithm: .dsa, isEncrypted: false)),
        (pem("ENCRYPTED PRIVATE KEY", "AAAA"), .init(algorithm: .hidden, isEncrypted: true)),
        // Heads of PKCS #8 keys, with the identifiers of RSA, of elliptic curves and of Ed25519.
        (
            pem("PRIVATE KEY", "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSk"), .init(algorithm: .rsa, isEncrypted: false)
        ),
        (
            pem("PRIVATE KEY", "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0w"),
            .init(algorithm: .ecdsa, isEncrypted: false)
        ),
        (
            pem("PRIVATE KEY", "MC4CAQAwBQYDK2VwBCIEIAAAAAAAAAAAAAAAAAAA"),
            .init(algorithm: .ed25519, isEncrypted: false)
        ),
        (openSSH("ssh-ed25519", cipher: "none"), .init(algorithm: .ed25519, isEncrypted: false)),
        (openSSH("ssh-ed25519", cipher: "aes256-ctr"), .init(algorithm: .ed25519, isEncrypted: true)),
        (openSSH("ecdsa-sha2-nistp384", cipher: "none"), .init(algorithm: .ecdsa, isEncrypted: false)),
        (openSSH("ssh-rsa", cipher: "none"), .init(algorithm: .rsa, isEncrypted: false)),
        (
            openSSH("sk-ssh-ed25519@openssh.com", cipher: "none"),
            .init(algorithm: .hardware("sk-ssh-ed25519@openssh.com"), isEncrypted: false)
        ),
        (pem("OPENSSH PRIVATE KEY", "AAAA"), .init(algorithm: .unknown, isEncrypted: false)),
        (pem("OPENSSH PRIVATE KEY", "not base64 !"), .init(algorithm: .unknown, isEncrypted: false)),
        ("ssh-ed25519 AAAA me@here", .init(algorithm: .unknown, isEncrypted: false)),
        ("", .init(algorithm: .unknown, isEncrypted: false)),
    ]

    private static func pem(_ label: String, _ body: String) -> String {
        "-----BEGIN \(label)-----\n\(body)\n-----END \(label)-----\n"
    }

    private static func openSSH(_ type: String, cipher: String) -> String {
        func string(_ bytes: [UInt8]) -> [UInt8] { [0, 0, 0, UInt8(bytes.count)] + bytes }
        let publicKey = string(Array(type.utf8)) + string([1, 2, 3])
        let bytes =
            Array("openssh-key-v1\0".utf8) + string(Array(cipher.utf8)) + string(Array("none".utf8)) + string([])
            + [0, 0, 0, 1] + string(publicKey) + string([9])
        return pem("OPENSSH PRIVATE KEY", base64(bytes))
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let piece = bytes[start..<min(start + 3, bytes.count)]
            let number = piece.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - piece.count))
            for index in 0..<4 {
                text += index <= piece.count ? String(digits[number >> (18 - 6 * index) & 63]) : "="
            }
        }
        return text
    }

    @Test func keyKinds() {
        for (text, kind) in Self.keys { #expect(PrivateKeyKind(text) == kind, "\(text)") }
    }

    @Test func knownHostLines() {
        #expect(KnownHostLine.key(in: "# a remark\ntarget ssh-ed25519 AAAA\n") == "ssh-ed25519 AAAA")
        #expect(KnownHostLine.key(in: "@revoked target ssh-rsa BBBB\ntarget ssh-rsa CCCC me\n") == "ssh-rsa CCCC")
        #expect(KnownHostLine.key(in: "target\n") == nil)
    }

    @Test func whatSSHPrints_becomesAnError() {
        let cases: [(String, SSHError.Code)] = [
            ("root@10.0.0.1: Permission denied (publickey).", .authenticationFailed),
            ("ssh: connect to host 10.0.0.1 port 22: Connection refused", .connectFailed),
            ("ssh: connect to host 10.0.0.1 port 22: Connection timed out", .timedOut),
            ("ssh: Could not resolve hostname nowhere: Name or service not known", .connectFailed),
            ("banner exchange: Connection to 10.0.0.1 port 80: invalid format", .notSSH),
            ("kex_exchange_identification: read: Connection reset by peer", .connectionLost),
            ("kex_exchange_identification: Connection closed by remote host", .connectionLost),
            ("kex_exchange_identification: banner line contains invalid characters", .notSSH),
            ("something new", .connectFailed),
            ("", .connectFailed),
        ]
        for (printed, code) in cases {
            let error = SystemSSHWords.error(printed + "\nConnection closed", host: "me@10.0.0.1:22", user: "me")
            #expect(error.code == code, "\(printed)")
            #expect(error.host == "me@10.0.0.1:22")
        }
    }

    @Test func sessionGoesOn_afterErrorsOfOneChannelOnly() {
        let harmless = [
            LIBSSH2_ERROR_NONE, LIBSSH2_ERROR_EAGAIN, LIBSSH2_ERROR_CHANNEL_FAILURE, LIBSSH2_ERROR_INVAL,
            LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED, LIBSSH2_ERROR_CHANNEL_CLOSED, LIBSSH2_ERROR_CHANNEL_EOF_SENT,
        ]
        for code in harmless { #expect(!SessionFault.isFatal(Int(code)), "\(code)") }
        #expect(!SessionFault.isFatal(4096))
        let fatal = [
            LIBSSH2_ERROR_SOCKET_NONE, LIBSSH2_ERROR_INVALID_MAC, LIBSSH2_ERROR_SOCKET_SEND, LIBSSH2_ERROR_TIMEOUT,
            LIBSSH2_ERROR_DECRYPT, LIBSSH2_ERROR_SOCKET_DISCONNECT, LIBSSH2_ERROR_PROTO, LIBSSH2_ERROR_SOCKET_RECV,
            LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE, LIBSSH2_ERROR_OUT_OF_BOUNDARY, LIBSSH2_ERROR_ALLOC,
        ]
        for code in fatal { #expect(SessionFault.isFatal(Int(code)), "\(code)") }
    }

    @Test func closedBeforeTheKeys_theGreetingTells() {
        let cases: [(said: String?, code: SSHError.Code, words: String)] = [
            (nil, .connectionLost, "without a greeting of SSH"),
            ("", .notSSH, "does not speak SSH"),
            ("Exceeded MaxStartups", .connectionLost, "takes no login at the moment"),
            ("Not allowed at this time", .connectionLost, "it says \"Not allowed at this time\""),
            ("SSH-2.0-OpenSSH_9.2", .connectionLost, "during the exchange of keys"),
            ("HTTP/1.1 400 Bad Request", .notSSH, "it says \"HTTP/1.1 400 Bad Request\""),
        ]
        for (said, code, words) in cases {
            let trouble = Greeting.trouble(after: said)
            #expect(trouble.code == code, "\(said ?? "nothing")")
            #expect(trouble.detail.contains(words), "\(trouble.detail)")
        }
    }

    @Test func answersToAKey_areToldFromALostConnection() {
        let closed = LoginAnswer.lost("the server closed the connection during the login; its log may say why")
        let unverified = LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED
        let cases: [(code: Int32, words: String, farewell: String?, ended: Int32?, answer: LoginAnswer)] = [
            (0, "", nil, nil, .verdict(.accepted)),
            (LIBSSH2_ERROR_EAGAIN, "", nil, nil, .awaited),
            (LIBSSH2_ERROR_EAGAIN, "", nil, 0, closed),
            (
                LIBSSH2_ERROR_EAGAIN, "", nil, ECONNRESET,
                .lost(
                    "the server closed the connection during the login (Connection reset by peer); its log may say why")
            ),
            (LIBSSH2_ERROR_AUTHENTICATION_FAILED, "", nil, nil, .verdict(.refused)),
            // It said so before it hung up.
            (LIBSSH2_ERROR_AUTHENTICATION_FAILED, "", nil, 0, .verdict(.refused)),
            (LIBSSH2_ERROR_FILE, "no key", nil, nil, .verdict(.unreadable("no key"))),
            (unverified, "Invalid signature for supplied public key", nil, nil, .verdict(.refused)),
            (
                unverified, "Waiting for USERAUTH response", nil, nil,
                .lost("the login was broken off: Waiting for USERAUTH response")
            ),
            (unverified, "Waiting for USERAUTH response", nil, 0, closed),
            (
                unverified, "Waiting for USERAUTH response", "Too many authentication failures", nil,
                .verdict(.refused)
            ),
            (
                unverified, "Waiting for USERAUTH response", "going down", nil,
                .lost("the server ended the connection during the login (going down)")
            ),
            (LIBSSH2_ERROR_SOCKET_SEND, "Unable to send", nil, nil, .lost("the login was broken off: Unable to send")),
        ]
        for (code, words, farewell, ended, answer) in cases {
            #expect(
                LoginAnswer(code, words, farewell: farewell, ended: ended.map { Errno($0) }) == answer,
                "\(code) \(words) \(farewell ?? "") \(ended.map(String.init) ?? "")")
        }
    }

    @Test func failuresOfThisMachine_areNotTheHosts() {
        let full = SSHError.local(Errno(EMFILE), host: "me@10.0.0.1:22", "no connection")
        #expect(full.code == .localFailure)
        #expect(full.isTransient)
        #expect(
            full.description == "me@10.0.0.1:22: no connection: this server has too many files open; allow it more "
                + "(`ulimit -n`, or `LimitNOFILE=` of its unit) and start it anew")
        #expect(
            SSHError.local(Errno(ENOBUFS), host: "h", "no connection").detail
                == "no connection: No buffer space available")
    }

    @Test func signalNames() {
        #expect(SignalNumber.of("TERM") == 15)
        #expect(SignalNumber.of("SIGKILL") == 9)
        #expect(SignalNumber.of("XYZ@openssh.com") == 0)
    }

    @Test func loginAttempts_nameWhatMattersMost() {
        var login = LoginAttempts()
        #expect(login.failure(host: "h", user: "u").code == .authenticationFailed)
        login.problems = ["a private key is encrypted and no passphrase was given"]
        #expect(login.failure(host: "h", user: "u").detail.contains("no passphrase"))
        let isDone = login.takes(.refused, PrivateKeyKind(algorithm: .ed25519, isEncrypted: false))
        #expect(!isDone)
        #expect(login.failure(host: "h", user: "u").detail.contains("Also, a private key is encrypted"))
        login.unusable = ["an RSA key"]
        #expect(login.failure(host: "h", user: "u").code == .unusableKey)
    }

    @Test func leftover_givesItsBytesOnce() {
        var leftover = Leftover()
        let bytes: [UInt8] = [1, 2, 3, 4, 5]
        bytes.withUnsafeBytes { leftover.keep($0[2...]) }
        var seen: [UInt8] = []
        while !leftover.isEmpty {
            leftover.drain { bytes in
                seen.append(bytes[0])
                return 1
            }
        }
        #expect(seen == [3, 4, 5])
    }

    @Test func agentsList_thatIsCutOrTooLong_isRefused() {
        #expect(KeyAgent.parseKeys([12, 0, 0, 0, 0]) == .success([]))
        #expect(
            KeyAgent.parseKeys([12, 0, 0, 0, 1, 0, 0, 0, 1, 7, 0, 0, 0, 0]) == .success([AgentKey(blob: [7])]))
        for bytes: [UInt8] in [
            [], [5], [12], [12, 0xff, 0, 0, 0], [12, 0, 0, 0, 1], [12, 0, 0, 0, 1, 0xff, 0, 0, 0],
        ] {
            #expect(throws: AgentFailure.self) { try KeyAgent.parseKeys(bytes).get() }
        }
    }
}
