/// JSON as dstack reads and writes it.
///
/// Reading is as lenient as dstack's models are (numbers for texts, `"8"` for 8, …) and as strict
/// (unknown fields of requests). Writing keeps the order of the fields and writes unset ones as null.
public enum WireJSON {
    /// What becomes of fields that a model does not have.
    public enum UnknownFields: Sendable {
        /// For requests and configurations.
        case rejected
        /// For answers of a peer that may be newer.
        case ignored
    }

    /// Reads a value from JSON text.
    ///
    /// - Throws: `WireDecodingError`, of several mistakes the first.
    public static func decode<T: Decodable>(
        _ type: T.Type = T.self, from bytes: some Sequence<UInt8>, unknownFields: UnknownFields
    ) throws(WireDecodingError) -> T {
        try decode(type, from: JSONParser.parse(Array(bytes)), unknownFields: unknownFields)
    }

    /// Reads a value from parsed JSON.
    ///
    /// - Throws: `WireDecodingError`, of several mistakes the first.
    public static func decode<T: Decodable>(
        _ type: T.Type = T.self, from value: JSONValue, unknownFields: UnknownFields
    ) throws(WireDecodingError) -> T {
        do {
            let userInfo: [CodingUserInfoKey: Any] =
                switch unknownFields {
                case .rejected: [.rejectsUnknownFields: true]
                case .ignored: [:]
                }
            return try ValueDecoder(value, path: [], userInfo: userInfo).unwrap(type)
        } catch {
            throw WireDecodingError(error)
        }
    }

    /// Reads a value whose unknown fields are mistakes, and finds as many mistakes as it can at once.
    public static func decodeCollecting<T: Decodable>(
        _ type: T.Type = T.self, from value: JSONValue
    ) throws(WireDecodingErrors) -> T {
        var errors: [WireDecodingError] = []
        var rest = value
        var removed: [[WireDecodingError.Step]] = []
        while true {
            do throws(WireDecodingError) {
                let result = try decode(type, from: rest, unknownFields: .rejected)
                if errors.isEmpty { return result }
                break
            } catch {
                // What we took out ourselves is not missing, nor is its mapping to blame for lacking it.
                if removed.contains(where: { $0.starts(with: error.path) }) { break }
                errors.append(error)
                // Look on without the field that is wrong. A list loses its place in its mapping, so that
                // the positions of its items stay true.
                guard errors.count < WireDecodingErrors.maximumCount, error.reason != .missing,
                    let last = error.path.lastIndex(where: \.isName)
                else { break }
                let path = Array(error.path[...last])
                guard let without = rest.removing(path[...]) else { break }
                rest = without
                removed.append(path)
            }
        }
        throw WireDecodingErrors(errors: errors)
    }

    /// Writes a value as JSON text.
    ///
    /// - Throws: what the value's own `encode(to:)` throws; the models here throw nothing.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let sink = JSONSink()
        try SinkEncoder(sink: sink, depth: 0).write(value)
        return sink.bytes
    }
}

/// All mistakes that were found in one value, at least one.
public struct WireDecodingErrors: Error, Sendable, Hashable {
    /// How many mistakes are looked for before giving up.
    public static let maximumCount = 20

    /// The mistakes, at least one.
    public var errors: [WireDecodingError]

    public init(errors: [WireDecodingError]) {
        self.errors = errors
    }
}

extension WireDecodingError.Step {
    var isName: Bool {
        switch self {
        case .name: true
        case .index: false
        }
    }
}

extension JSONValue {
    /// The value without the field at a path; nil where there is none.
    func removing(_ path: ArraySlice<WireDecodingError.Step>) -> JSONValue? {
        guard let step = path.first else { return nil }
        switch (self, step) {
        case (.object(var members), .name(let name)):
            guard let index = members.lastIndex(where: { $0.name == name }) else { return nil }
            if path.count == 1 {
                members.removeAll { $0.name == name }
            } else {
                guard let inner = members[index].value.removing(path.dropFirst()) else { return nil }
                members[index].value = inner
            }
            return .object(members)
        case (.array(var items), .index(let index)) where items.indices.contains(index):
            guard let inner = items[index].removing(path.dropFirst()) else { return nil }
            items[index] = inner
            return .array(items)
        default: return nil
        }
    }
}
