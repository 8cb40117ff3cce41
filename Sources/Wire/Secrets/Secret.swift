/// A named value of a project. The value is told only to who asks for this one secret.
public struct Secret: Codable, Sendable, Equatable {
    public var id: String
    public var name: String
    public var value: String?

    public init(id: String, name: String, value: String? = nil) {
        self.id = id
        self.name = name
        self.value = value
    }
}

/// Body of `secrets/get`.
public struct GetSecretRequest: Codable, Sendable, Equatable {
    public var name: String

    public init(name: String) { self.name = name }
}

/// Body of `secrets/create_or_update`.
public struct SetSecretRequest: Codable, Sendable, Equatable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// Body of `secrets/delete`.
public struct DeleteSecretsRequest: Codable, Sendable, Equatable {
    public var names: [String]

    public init(names: [String]) { self.names = names }

    enum CodingKeys: String, CodingKey {
        case names = "secrets_names"
    }
}
