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
            pending.fail(lost(session))
            return true
        }
        if code != 0 {
            pending.fail(failure(code, session))
        } else if let key = shownKey(session.session) {
            pending.succeed(key)
        } else {
            pending.fail(session.error(.notSSH, "the server shows no host key"))
        }
        return true
    }

    private func greeting(_ session: SessionCore) -> String? {
        libssh2_session_banner_get(session.session).map { String(cString: $0) }
    }

    private func lost(_ session: SessionCore) -> SSHError {
        guard let greeting = greeting(session) else {
            return session.error(
                .notSSH,
                "what answers there closed the connection without a greeting of SSH; is an SSH server on that port?")
        }
        if !greeting.hasPrefix("SSH-") { return foreign(greeting, session) }
        return session.error(
            .connectionLost, "the server closed the connection during the exchange of keys; its log may say why")
    }

    private func foreign(_ greeting: String, _ session: SessionCore) -> SSHError {
        session.error(
            .notSSH, "what answers there does not speak SSH (it says \"\(greeting.prefix(60))\"); is the port right?")
    }

    private func failure(_ code: Int32, _ session: SessionCore) -> SSHError {
        switch code {
        case LIBSSH2_ERROR_BANNER_RECV:
            return foreign(greeting(session) ?? "", session)
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
        switch code {
        case LIBSSH2_ERROR_EAGAIN:
            guard session.transport.ended != nil else { return false }
            pending.succeed(.refused)
        case 0: pending.succeed(.accepted)
        case LIBSSH2_ERROR_FILE, LIBSSH2_ERROR_KEYFILE_AUTH_FAILED, LIBSSH2_ERROR_METHOD_NOT_SUPPORTED,
            LIBSSH2_ERROR_INVAL, LIBSSH2_ERROR_PROTO:
            pending.succeed(.unreadable(session.lastError))
        default: pending.succeed(.refused)
        }
        return true
    }
}
