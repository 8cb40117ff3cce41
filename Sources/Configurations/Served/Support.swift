import Wire

/// Whether this project's server serves a property.
public enum Support: Sendable {
    /// As dstack does.
    case served
    /// Served, but not quite as dstack does; the note says how.
    case differs(String)
    /// Refused by name wherever it is set to something that matters; the sentence says why and what to do.
    case refused(String)
}

/// One property of a configuration and how it is served.
public struct ServedProperty: Sendable {
    /// Its name in the configuration, or its path, as `resources.shm_size`.
    public let name: String
    public let support: Support
    /// Values that are fine though the property as such is refused, in JSON.
    let harmlessValues: [JSONValue]

    init(_ name: String, _ support: Support, harmless: [JSONValue] = []) {
        self.name = name
        self.support = support
        harmlessValues = harmless
    }
}

/// A property that was set and is not served.
public struct Refusal: Sendable, Hashable {
    /// Where it stands: `image` in a configuration; `configuration`, `image` in a run spec.
    public var path: [WireDecodingError.Step]
    /// Why, and what to do.
    public var message: String

    public init(path: [WireDecodingError.Step], message: String) {
        self.path = path
        self.message = message
    }
}
