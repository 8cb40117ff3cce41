import Foundation

/// What a private key's text tells without its passphrase.
struct PrivateKeyKind: Equatable {
    enum Algorithm: Equatable {
        case ed25519
        case ecdsa
        case rsa
        case dsa
        /// Lives in a device, as its name in SSH says.
        case hardware(String)
        /// Known only after decryption.
        case hidden
        /// No key, or of a kind that is not known here.
        case unknown
    }

    var algorithm: Algorithm
    var isEncrypted: Bool

    init(algorithm: Algorithm, isEncrypted: Bool) {
        self.algorithm = algorithm
        self.isEncrypted = isEncrypted
    }

    init(_ text: String) {
        let label = Self.label(text)
        let isEncrypted = text.contains("Proc-Type: 4,ENCRYPTED")
        switch label {
        case "OPENSSH PRIVATE KEY":
            self = Self.openSSH(Self.body(text)) ?? PrivateKeyKind(algorithm: .unknown, isEncrypted: false)
        case "RSA PRIVATE KEY": self.init(algorithm: .rsa, isEncrypted: isEncrypted)
        case "DSA PRIVATE KEY": self.init(algorithm: .dsa, isEncrypted: isEncrypted)
        case "EC PRIVATE KEY": self.init(algorithm: .ecdsa, isEncrypted: isEncrypted)
        case "PRIVATE KEY": self.init(algorithm: Self.pkcs8(Self.body(text)), isEncrypted: false)
        case "ENCRYPTED PRIVATE KEY": self.init(algorithm: .hidden, isEncrypted: true)
        default: self.init(algorithm: .unknown, isEncrypted: false)
        }
    }

    /// The algorithm of a public key, by its name in SSH.
    static func algorithm(named name: String) -> Algorithm {
        switch name {
        case "ssh-ed25519": .ed25519
        case "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521": .ecdsa
        case "ssh-rsa": .rsa
        case "ssh-dss": .dsa
        case _ where name.hasPrefix("sk-"): .hardware(name)
        default: .unknown
        }
    }

    /// Why libssh2 cannot use such a key; nil where it may.
    ///
    /// It signs with RSA by SHA-1 only, which servers no longer take.
    var obstacle: String? {
        switch algorithm {
        case .ed25519, .ecdsa, .hidden: nil
        case .rsa: "an RSA key"
        case .dsa: "a DSA key"
        case .hardware(let name): "a key of a hardware token (\(name))"
        case .unknown: "no key that is known here"
        }
    }

    private static func label(_ text: String) -> String? {
        guard let start = text.range(of: "-----BEGIN "),
            let end = text.range(of: "-----", range: start.upperBound..<text.endIndex)
        else { return nil }
        return String(text[start.upperBound..<end.lowerBound])
    }

    private static func body(_ text: String) -> [UInt8] {
        let lines = text.split(whereSeparator: \.isNewline)
        let inner = lines.drop { !$0.hasPrefix("-----BEGIN ") }.dropFirst().prefix { !$0.hasPrefix("-----END ") }
        let base64 = inner.filter { !$0.contains(":") }.map { $0.trimmingCharacters(in: .whitespaces) }.joined()
        return Data(base64Encoded: base64).map(Array.init) ?? []
    }

    /// OpenSSH's own format: the public half and the cipher's name are readable.
    private static func openSSH(_ bytes: [UInt8]) -> PrivateKeyKind? {
        var reader = SSHReader(bytes)
        guard reader.take(15) == Array("openssh-key-v1\0".utf8), let cipher = reader.string(), reader.string() != nil,
            reader.string() != nil, reader.number() != nil, let publicKey = reader.string()
        else { return nil }
        var inner = SSHReader(publicKey)
        guard let name = inner.string() else { return nil }
        return PrivateKeyKind(
            algorithm: algorithm(named: String(decoding: name, as: UTF8.self)),
            isEncrypted: cipher != Array("none".utf8))
    }

    /// Looks for the algorithm's object identifier.
    private static func pkcs8(_ bytes: [UInt8]) -> Algorithm {
        let known: [([UInt8], Algorithm)] = [
            ([0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01], .rsa),
            ([0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01], .ecdsa),
            ([0x06, 0x03, 0x2b, 0x65, 0x70], .ed25519),
        ]
        // The identifier stands among the first bytes, before the key itself.
        let head = Array(bytes.prefix(32))
        for (identifier, algorithm) in known where head.firstRange(of: identifier) != nil { return algorithm }
        return .unknown
    }
}
