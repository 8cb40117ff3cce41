/// Reads the fields of one object the way dstack's models do: a missing field takes its default,
/// and, where the decoder is told so, an unknown one is an error.
public struct Fields<Key: CodingKey & CaseIterable> {
    /// The container, for what the methods here do not do.
    public let container: KeyedDecodingContainer<Key>
    private let decoder: any Decoder

    /// - Parameter more: names that are known besides `Key`'s, for models that embed others flat.
    public init(_ decoder: any Decoder, more: [String] = []) throws {
        self.decoder = decoder
        container = try decoder.container(keyedBy: Key.self)
        if decoder.userInfo[.rejectsUnknownFields] as? Bool == true {
            try Self.rejectUnknown(in: decoder, more: more)
        }
    }

    /// A part of a flat model: whoever embeds it has checked the names already.
    public init(embeddedIn decoder: any Decoder) throws {
        self.decoder = decoder
        container = try decoder.container(keyedBy: Key.self)
    }

    /// A field that must be there.
    public func required<T: Decodable>(_ key: Key) throws -> T {
        try container.decode(T.self, forKey: key)
    }

    /// A field that may be missing or null.
    public func optional<T: Decodable>(_ key: Key) throws -> T? {
        try container.decodeIfPresent(T.self, forKey: key)
    }

    /// A field that may be missing, but not null.
    public func value<T: Decodable>(_ key: Key, default fallback: @autoclosure () -> T) throws -> T {
        guard container.contains(key) else { return fallback() }
        return try container.decode(T.self, forKey: key)
    }

    /// A field that may be null, with a default where it is missing.
    public func nullable<T: Decodable>(_ key: Key, default fallback: @autoclosure () -> T?) throws -> T? {
        guard container.contains(key) else { return fallback() }
        return try container.decodeIfPresent(T.self, forKey: key)
    }

    /// A field of an enumeration that may grow: a name that is not known here is taken for no value.
    public func known<T: RawRepresentable<String>>(_ key: Key) throws -> T? {
        let name: String? = try optional(key)
        return name.flatMap(T.init(rawValue:))
    }

    /// A field that can have only one value, as the `type` of a configuration.
    public func tag(_ key: Key, _ expected: String, isOptional: Bool = false) throws {
        if isOptional, !container.contains(key) { return }
        let value: String = try required(key)
        if value != expected { throw invalid(key, "expected '\(expected)', found '\(value)'") }
    }

    /// An error that names the field.
    public func invalid(_ key: Key, _ message: String) -> DecodingError {
        .dataCorruptedError(forKey: key, in: container, debugDescription: message)
    }

    /// An error about the object as a whole.
    public func invalid(_ message: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: message))
    }

    private static func rejectUnknown(in decoder: any Decoder, more: [String]) throws {
        let all = try decoder.container(keyedBy: AnyCodingKey.self)
        for key in all.allKeys where Key(stringValue: key.stringValue) == nil && !more.contains(key.stringValue) {
            throw UnknownFieldError(
                path: decoder.codingPath + [key], known: Key.allCases.map(\.stringValue) + more)
        }
    }
}

extension CodingUserInfoKey {
    /// Set to true where an unknown field is an error: requests and configurations, not responses.
    ///
    /// The force-unwrap is safe: the initialiser returns a value for every string.
    public static let rejectsUnknownFields = CodingUserInfoKey(rawValue: "rejectsUnknownFields")!
}

/// A field that the model does not have.
public struct UnknownFieldError: Error {
    /// Where it stands, its own name last.
    public let path: [any CodingKey]
    /// The names that the model has at this place.
    public let known: [String]
}
