import Foundation

extension Keyring {
    /// Reads the server's own key from a file that only its owner can read, made where it is not there.
    ///
    /// - Throws: `StoreError.unavailable` where the file cannot be read or written, `.corrupt` where it holds no key.
    public static func load(path: String) throws(StoreError) -> Keyring {
        if let text = FileManager.default.contents(atPath: path).map({ String(decoding: $0, as: UTF8.self) }) {
            let parts = text.split(separator: ":", maxSplits: 1)
            guard parts.count == 2,
                let secret = Data(base64Encoded: parts[1].trimmingCharacters(in: .whitespacesAndNewlines)),
                secret.count == 32
            else { throw .corrupt("'\(path)' holds no encryption key") }
            return try Keyring(keys: [Key(id: String(parts[0]), secret: [UInt8](secret))])
        }
        let key = Key.random(id: "k" + String(UInt32.random(in: .min ... .max), radix: 36))
        let text = key.id + ":" + Data(key.bytes).base64EncodedString() + "\n"
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        else { throw .unavailable("the encryption key cannot be written to '\(path)'") }
        return try Keyring(keys: [key])
    }
}
