import Crypto

/// An ed25519 key pair in OpenSSH's text formats.
public struct SSHKeyPair: Sendable, Equatable {
    /// `-----BEGIN OPENSSH PRIVATE KEY-----` and so on, without a passphrase.
    public let privateKey: String
    /// One line as in `authorized_keys`, with its line end: `ssh-ed25519 AAAA… comment`.
    public let publicKey: String

    public init(privateKey: String, publicKey: String) {
        self.privateKey = privateKey
        self.publicKey = publicKey
    }

    /// A new random pair.
    ///
    /// - Parameter comment: stands at the end of the public key, to tell keys apart.
    public static func generate(comment: String) -> SSHKeyPair {
        let key = Curve25519.Signing.PrivateKey()
        return SSHKeyPair(
            seed: Array(key.rawRepresentation), publicBytes: Array(key.publicKey.rawRepresentation),
            check: UInt32.random(in: 0...UInt32.max), comment: comment)
    }

    /// - Parameters:
    ///   - seed: the 32 secret bytes.
    ///   - publicBytes: the 32 public bytes.
    ///   - check: any number; the format holds it twice, so that a wrong passphrase would be noticed.
    init(seed: [UInt8], publicBytes: [UInt8], check: UInt32, comment: String) {
        let kind = Array("ssh-ed25519".utf8)
        var blob = SSHWire()
        blob.append(kind)
        blob.append(publicBytes)

        var secret = SSHWire()
        secret.append(number: check)
        secret.append(number: check)
        secret.append(kind)
        secret.append(publicBytes)
        secret.append(seed + publicBytes)
        secret.append(Array(comment.utf8))
        secret.pad(toMultipleOf: 8)

        var file = SSHWire()
        file.bytes.append(contentsOf: Array("openssh-key-v1\0".utf8))
        file.append(Array("none".utf8))
        file.append(Array("none".utf8))
        file.append([])
        file.append(number: 1)
        file.append(blob.bytes)
        file.append(secret.bytes)

        privateKey =
            "-----BEGIN OPENSSH PRIVATE KEY-----\n" + Base64Text.lines(file.bytes, width: 70)
            + "-----END OPENSSH PRIVATE KEY-----\n"
        publicKey = "ssh-ed25519 \(Base64Text.encode(blob.bytes)) \(comment)\n"
    }
}

/// Bytes in SSH's encoding (RFC 4251): numbers big endian, strings with their length in front.
private struct SSHWire {
    var bytes: [UInt8] = []

    mutating func append(number: UInt32) {
        bytes.append(contentsOf: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) })
    }

    mutating func append(_ string: [UInt8]) {
        append(number: UInt32(string.count))
        bytes.append(contentsOf: string)
    }

    /// OpenSSH pads with 1, 2, 3, …
    mutating func pad(toMultipleOf block: Int) {
        var next: UInt8 = 1
        while !bytes.count.isMultiple(of: block) {
            bytes.append(next)
            next += 1
        }
    }
}
