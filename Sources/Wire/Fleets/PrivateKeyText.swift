/// A private key as a file of OpenSSH or PEM holds it, as far as it can be judged without reading it.
public struct PrivateKeyText: Sendable {
    private let lines: [Substring]

    public init(_ text: String) {
        lines = text.split(whereSeparator: \.isNewline)
    }

    /// Whether it begins as a private key does.
    public var isPrivateKey: Bool {
        lines.first.map { $0.hasPrefix("-----BEGIN ") && $0.hasSuffix("PRIVATE KEY-----") } ?? false
    }

    /// Whether a passphrase locks it.
    public var isLocked: Bool {
        guard let first = lines.first else { return false }
        if first.contains("ENCRYPTED") || lines.dropFirst().first?.hasPrefix("Proc-Type: 4,ENCRYPTED") == true {
            return true
        }
        guard first.contains("OPENSSH") else { return false }
        // OpenSSH's format tells the cipher behind its magic: a length of four bytes, then `none` or its name. In base64
        // the first 20 bytes of an open key are always these.
        return !lines.dropFirst().joined().hasPrefix("b3BlbnNzaC1rZXktdjEAAAAABG5vbmU")
    }
}
