import Crypto
import Foundation

/// Seals and opens secret columns with AES-GCM.
///
/// A sealed value starts with a format byte and the id of its key, so keys rotate: the first key seals, all
/// keys open.
public struct Keyring: Sendable {
    /// One key and the short id that is written in front of what it sealed.
    public struct Key: Sendable {
        public let id: String
        let secret: SymmetricKey

        /// - Parameters:
        ///   - id: 1 to 255 bytes.
        ///   - secret: 32 bytes.
        public init(id: String, secret: [UInt8]) {
            self.id = id
            self.secret = SymmetricKey(data: secret)
        }

        /// A new random key.
        public static func random(id: String) -> Key {
            Key(id: id, secret: SymmetricKey(size: .bits256).withUnsafeBytes { [UInt8]($0) })
        }

        var bytes: [UInt8] { secret.withUnsafeBytes { [UInt8]($0) } }
    }

    private static let format: UInt8 = 1
    private let keys: [Key]

    /// - Parameter keys: the sealing key first; at least one.
    public init(keys: [Key]) throws(StoreError) {
        guard let first = keys.first, (1...255).contains(first.id.utf8.count) else {
            throw .unavailable("no encryption key")
        }
        self.keys = keys
    }

    /// A keyring whose first keys are others: they seal from now on, and what this one sealed still opens.
    public func adding(_ first: [Key]) throws(StoreError) -> Keyring {
        try Keyring(keys: first + keys)
    }

    /// Seals a value with the first key.
    public func seal(_ plain: [UInt8]) throws -> [UInt8] {
        let key = keys[0]
        let box = try AES.GCM.seal(plain, using: key.secret)
        let id = Array(key.id.utf8)
        return [Self.format, UInt8(id.count)] + id + [UInt8](box.nonce) + [UInt8](box.ciphertext) + [UInt8](box.tag)
    }

    /// Opens a sealed value.
    ///
    /// - Throws: `StoreError.corrupt` where the value was damaged or its key is not here.
    public func open(_ sealed: [UInt8]) throws(StoreError) -> [UInt8] {
        guard sealed.count > 2, sealed[0] == Self.format, sealed.count > 2 + Int(sealed[1]) else {
            throw .corrupt("a sealed value has an unknown form")
        }
        let idEnd = 2 + Int(sealed[1])
        let id = String(decoding: sealed[2..<idEnd], as: UTF8.self)
        guard let key = keys.first(where: { $0.id == id }) else {
            throw .corrupt("a value was sealed with key '\(id)', which is not configured")
        }
        do {
            return [UInt8](try AES.GCM.open(AES.GCM.SealedBox(combined: sealed[idEnd...]), using: key.secret))
        } catch {
            throw .corrupt("a value sealed with key '\(id)' does not open: it was damaged")
        }
    }
}
