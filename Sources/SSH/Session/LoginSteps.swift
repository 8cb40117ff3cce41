import CLibSSH2
import Foundation
import Glibc

/// One part of logging in: tried again with each event until libssh2 says how it ended.
protocol LoginStep: AnyObject {
    /// - Returns: whether it is over.
    func advance(_ session: SessionCore, in core: LoopCore) -> Bool

    func fail(_ error: SSHError)
}

/// The key that a server shows.
struct ShownHostKey: Sendable {
    /// Algorithm and base64, as in a line of `known_hosts`.
    let text: String
    /// As `ssh-keygen -l` prints it.
    let fingerprint: String
}

/// Greetings and the exchange of keys.
final class HandshakeStep: LoginStep {
    private let pending: Pending<ShownHostKey>

    init(_ pending: Pending<ShownHostKey>) {
        self.pending = pending
    }

    func fail(_ error: SSHError) {
        pending.fail(error)
    }

    func advance(_ session: SessionCore, in core: LoopCore) -> Bool {
        let code = libssh2_session_handshake(session.session, session.transport.file)
        if code == LIBSSH2_ERROR_EAGAIN {
            guard session.transport.ended != nil else { return false }
            pending.fail(session.error(Greeting.trouble(after: greeting(session))))
            return true
        }
        if code != 0 {
            pending.fail(failure(code, session))
        } else if let key = shownKey(session.session) {
            pending.succeed(key)
        } else {
            pending.fail(session.error(.notSSH, "the server shows no host key"))
        }
        session.transport.forgetBeginning()
        return true
    }

    /// The last line that the peer said, or a part of its first one, which libssh2 does not show.
    private func greeting(_ session: SessionCore) -> String? {
        if let line = libssh2_session_banner_get(session.session) { return String(cString: line) }
        return session.transport.beginning
    }

    private func failure(_ code: Int32, _ session: SessionCore) -> SSHError {
        switch code {
        case LIBSSH2_ERROR_BANNER_RECV:
            return session.error(.foreign(greeting(session) ?? ""))
        case LIBSSH2_ERROR_KEX_FAILURE, LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE, LIBSSH2_ERROR_METHOD_NONE:
            return session.error(
                .notSSH,
                "the server and libssh2 \(String(cString: libssh2_version(0))) have no method in common "
                    + "(\(session.lastError)); it needs an Ed25519 or ECDSA host key (`ssh-keygen -A` makes them) "
                    + "and one of \(MethodPreferences.ciphers.suffix(3).joined(separator: ", "))")
        default:
            return session.error(.connectionLost, "the exchange of keys failed: \(session.lastError)")
        }
    }

    private func shownKey(_ session: OpaquePointer) -> ShownHostKey? {
        var length = 0
        var type: Int32 = 0
        guard let key = libssh2_session_hostkey(session, &length, &type) else { return nil }
        let blob = [UInt8](UnsafeRawBufferPointer(start: key, count: length))
        var reader = SSHReader(blob)
        guard let name = reader.string(), let hash = libssh2_hostkey_hash(session, LIBSSH2_HOSTKEY_HASH_SHA256) else {
            return nil
        }
        let digest = Data(bytes: hash, count: 32).base64EncodedString()
        return ShownHostKey(
            text: String(decoding: name, as: UTF8.self) + " " + Data(blob).base64EncodedString(),
            fingerprint: "SHA256:" + digest.trimmingCharacters(in: ["="]))
    }
}

/// What a server makes of a key.
enum KeyVerdict: Sendable, Equatable {
    case accepted
    case refused
    /// It cannot be read, in words.
    case unreadable(String)
}

/// What has become of a key that was presented.
enum LoginAnswer: Equatable {
    case awaited
    case verdict(KeyVerdict)
    /// The connection is gone before the server has decided, in words.
    case lost(String)

    /// - Parameters:
    ///   - code: what libssh2 returned, and `words` what it says of that.
    ///   - farewell: what the server said when it ended the session by SSH's own message.
    ///   - ended: why the connection is gone, where it is.
    init(_ code: Int32, _ words: String, farewell: String?, ended: Errno?) {
        switch code {
        case 0: self = .verdict(.accepted)
        case LIBSSH2_ERROR_AUTHENTICATION_FAILED: self = .verdict(.refused)
        case LIBSSH2_ERROR_FILE, LIBSSH2_ERROR_KEYFILE_AUTH_FAILED, LIBSSH2_ERROR_METHOD_NOT_SUPPORTED,
            LIBSSH2_ERROR_INVAL, LIBSSH2_ERROR_PROTO:
            self = .verdict(.unreadable(words))
        case LIBSSH2_ERROR_EAGAIN: self = ended.map(Self.closed) ?? .awaited
        default: self = Self.failed(code, words, farewell, ended)
        }
    }

    private static func failed(_ code: Int32, _ words: String, _ farewell: String?, _ ended: Errno?) -> LoginAnswer {
        if let farewell {
            // "Too many authentication failures": no connection is better than a further try.
            if farewell.contains("authentication") { return .verdict(.refused) }
            return .lost("the server ended the connection during the login (\(farewell))")
        }
        if let ended { return closed(ended) }
        // libssh2 has one code for a signature that the server refuses and for an answer that did not come.
        let isAnswered = code == LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED && !words.hasPrefix("Waiting")
        return isAnswered ? .verdict(.refused) : .lost("the login was broken off: \(words)")
    }

    private static func closed(_ why: Errno) -> LoginAnswer {
        .lost(
            "the server closed the connection during the login" + (why.code == 0 ? "" : " (\(why.words))")
                + "; its log may say why")
    }
}

/// Proves to be a user by a private key in memory.
final class PrivateKeyStep: LoginStep {
    private let key: [CChar]
    private let passphrase: String
    private let pending: Pending<KeyVerdict>

    init(key: String, passphrase: String?, pending: Pending<KeyVerdict>) {
        self.key = key.utf8.map { CChar(bitPattern: $0) }
        self.passphrase = passphrase ?? ""
        self.pending = pending
    }

    func fail(_ error: SSHError) {
        pending.fail(error)
    }

    func advance(_ session: SessionCore, in core: LoopCore) -> Bool {
        let code = libssh2_userauth_publickey_frommemory(
            session.session, session.user, session.user.utf8.count, nil, 0, key, key.count, passphrase)
        return finish(code, session, pending)
    }
}

extension LoginStep {
    func finish(_ code: Int32, _ session: SessionCore, _ pending: Pending<KeyVerdict>) -> Bool {
        switch LoginAnswer(
            code, session.lastError, farewell: session.transport.farewell, ended: session.transport.ended)
        {
        case .awaited: return false
        case .verdict(let verdict): pending.succeed(verdict)
        case .lost(let words): pending.fail(session.error(.connectionLost, words))
        }
        return true
    }
}
