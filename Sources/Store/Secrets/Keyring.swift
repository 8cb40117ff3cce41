import Crypto
import Foundation

/// Seals and opens secret columns with AES-GCM.
///
/// A sealed value starts with a format byte and the id of its key, so keys rotate: the first key seals, all
/// keys open. What was written without encryption, by a ring whose first key is the identity, always opens.
public struct Keyring: Sendable {
    /// One key and the short id that is written in front of what it sealed.
    public struct Key: Sendable {
        public let id: String
        /// Nil for the identity, which seals nothing.
        fileprivate let secret: SymmetricKey?

        /// - Parameters:
        ///   - id: 1 to 255 bytes.
        ///   - secret: 32 bytes.
        public init(id: String, secret: [UInt8]) {
            self.id = id
            self.secret = SymmetricKey(data: secret)
        }

        private init(id: String) {
            self.id = id
            secret = nil
        }

        /// No encryption: what it seals can be read by whoever reads the file.
        public static let identity = Key(id: "identity")

        public var isIdentity: Bool { secret == nil }

        /// A new random key.
        public static func random(id: String) -> Key {
            Key(id: id, secret: SymmetricKey(size: .bits256).withUnsafeBytes { [UInt8]($0) })
        }

        var bytes: [UInt8] { secret?.withUnsafeBytes { [UInt8]($0) } ?? [] }

        /// Tells this key from every other, and nothing about its secret.
        var fingerprint: String {
            let hash = SHA256.hash(data: Data("dstack keyring\0\(id)\0".utf8) + bytes)
            return hash.prefix(16).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        }
    }

    private static let plainFormat = UInt8(ascii: "p")
    private static let sealedFormat: UInt8 = 1
    private let keys: [Key]

    /// - Parameter keys: the sealing key first; at least one.
    public init(keys: [Key]) throws(StoreError) {
        guard let first = keys.first, (1...255).contains(first.id.utf8.count) else {
            throw .unavailable("no encryption key")
        }
        self.keys = keys
    }

    /// The key that seals.
    public var first: Key { keys[0] }

    /// A keyring whose first keys are others: they seal from now on, and what this one sealed still opens.
    public func adding(_ first: [Key]) throws(StoreError) -> Keyring {
        try Keyring(keys: first + keys)
    }

    /// Seals a value with the first key.
    public func seal(_ plain: [UInt8]) throws -> [UInt8] {
        let key = keys[0]
        guard let secret = key.secret else { return [Self.plainFormat] + plain }
        let box = try AES.GCM.seal(plain, using: secret)
        let id = Array(key.id.utf8)
        return [Self.sealedFormat, UInt8(id.count)] + id + [UInt8](box.nonce) + [UInt8](box.ciphertext)
            + [UInt8](box.tag)
    }

    /// Opens a sealed value.
    ///
    /// - Throws: `StoreError.corrupt` where the value was damaged or its key is not here.
    public func open(_ sealed: [UInt8]) throws(StoreError) -> [UInt8] {
        if sealed.first == Self.plainFormat { return Array(sealed.dropFirst()) }
        guard let id = Self.keyID(of: sealed) else { throw .corrupt("a sealed value has an unknown form") }
        let box = sealed[(2 + id.utf8.count)...]
        // A key that was renamed still opens what it sealed, as with dstack: those of that id first, then the others.
        let candidates = keys.filter { $0.id == id } + keys.filter { $0.id != id }
        for key in candidates {
            if let plain = Self.open(box, with: key) { return plain }
        }
        if keys.contains(where: { $0.id == id }) {
            throw .corrupt("a value sealed with key '\(id)' does not open: it was damaged, or the key is another one")
        }
        throw .corrupt("a value was sealed with key '\(id)', which is not configured")
    }

    /// Whether the first key sealed this value, and so no other is needed for it.
    func isSealedByFirst(_ sealed: [UInt8]) -> Bool {
        if first.isIdentity { return sealed.first == Self.plainFormat }
        guard let id = Self.keyID(of: sealed), id == first.id else { return false }
        return Self.open(sealed[(2 + id.utf8.count)...], with: first) != nil
    }

    /// The id of the key that a value says it was sealed with; nil where none did.
    static func keyID(of sealed: [UInt8]) -> String? {
        guard sealed.count > 2, sealed[0] == sealedFormat, sealed.count > 2 + Int(sealed[1]) else { return nil }
        return String(decoding: sealed[2..<2 + Int(sealed[1])], as: UTF8.self)
    }

    private static func open(_ box: ArraySlice<UInt8>, with key: Key) -> [UInt8]? {
        guard let secret = key.secret, let box = try? AES.GCM.SealedBox(combined: box),
            let plain = try? AES.GCM.open(box, using: secret)
        else { return nil }
        return [UInt8](plain)
    }
}
