import Wire

/// The server's `config.yml`.
public struct ServerConfiguration: Sendable, Hashable {
    /// A project and the backends that it is to have.
    public struct ProjectEntry: Sendable, Hashable {
        public var name: String
        public var backends: [Backend]
    }

    /// A key that secrets are encrypted with; the first of the list encrypts, all decrypt.
    public enum EncryptionKey: Sendable, Hashable {
        /// No encryption.
        case identity
        /// AES-256-GCM with a secret in base64.
        case aes(name: String, secret: String)
    }

    public var projects: [ProjectEntry] = []
    public var encryptionKeys: [EncryptionKey] = []
    public var defaultPermissions = DefaultPermissions()
    public var plugins: [String] = []

    /// The configuration of a server without a file.
    public init() {}

    /// - Parameter path: the name of the file, for errors.
    /// - Throws: `ConfigurationError` with every problem that could be found at once.
    public init(text: String, path: String) throws(ConfigurationError) {
        let document = try YAMLDocument(text: text, file: path)
        self = try document.decode(file: path) { value throws(WireDecodingErrors) in
            try WireJSON.decodeCollecting(from: value)
        }
    }
}

extension ServerConfiguration: Decodable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case projects, encryption
        case defaultPermissions = "default_permissions"
        case plugins
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        projects = try fields.optional(.projects) ?? []
        let encryption: Encryption? = try fields.optional(.encryption)
        encryptionKeys = encryption?.keys ?? []
        defaultPermissions = try fields.optional(.defaultPermissions) ?? DefaultPermissions()
        plugins = try fields.optional(.plugins) ?? []
    }

    private struct Encryption: Decodable {
        let keys: [EncryptionKey]

        enum CodingKeys: String, CodingKey, CaseIterable {
            case keys
        }

        init(from decoder: any Decoder) throws {
            keys = try Fields<CodingKeys>(decoder).required(.keys)
        }
    }
}

extension ServerConfiguration.ProjectEntry: Decodable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, backends
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        name = try fields.required(.name)
        backends = try fields.optional(.backends) ?? []
    }
}

extension ServerConfiguration.EncryptionKey: Decodable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case type, name, secret
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        let type: String = try fields.required(.type)
        switch type {
        case "identity": self = .identity
        case "aes":
            self = .aes(name: try fields.required(.name), secret: try fields.required(.secret))
        default: throw fields.invalid(.type, "'\(type)' is not a type of key; known are aes and identity")
        }
    }
}
