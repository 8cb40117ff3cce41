import Configurations
import Foundation
import Store

extension Keyring {
    /// The keys of `config.yml` in their order, and behind them the server's own: without configured ones it seals.
    ///
    /// - Throws: `ServerError.configuration` where a key's name or secret cannot be used.
    init(_ directory: ServerDirectory, _ configuration: ServerConfiguration) throws {
        let own = try Keyring.load(path: directory.encryptionKey)
        let configured = try configuration.encryptionKeys.map { key -> Key in
            guard case .aes(let name, let secret) = key else { return .identity }
            guard !name.isEmpty, name.utf8.count <= 255, name.allSatisfy({ $0.isLetter || $0.isNumber }) else {
                throw ServerError.configuration(
                    "\(directory.configuration): an encryption key is named '\(name)'; a name is letters and digits")
            }
            guard let bytes = Data(base64Encoded: secret), bytes.count == 32 else {
                throw ServerError.configuration(
                    "\(directory.configuration): the secret of the encryption key '\(name)' is not 32 bytes in base64")
            }
            return Key(id: name, secret: [UInt8](bytes))
        }
        self = configured.isEmpty ? own : try own.adding(configured)
    }
}
