/// Decodes a `Decodable` from a `JSONValue` with the leniency of dstack's models: numbers are taken for
/// texts, whole numbers and texts for integers, `yes` and `off` for booleans.
struct ValueDecoder: Decoder {
    let value: JSONValue
    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any]
    /// The members by name, the last of several; made once and shared by all containers of this value.
    let members: [String: JSONValue]?

    init(_ value: JSONValue, path: [any CodingKey], userInfo: [CodingUserInfoKey: Any]) {
        self.value = value
        self.codingPath = path
        self.userInfo = userInfo
        if case .object(let list) = value {
            members = Dictionary(list.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        } else {
            members = nil
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard let members else { throw mismatch("a mapping") }
        return KeyedDecodingContainer(KeyedValues<Key>(decoder: self, members: members))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let items) = value else { throw mismatch("a list") }
        return ListedValues(decoder: self, items: items)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        SingleValue(decoder: self)
    }

    /// A decoder for a part of the value.
    func nested(_ value: JSONValue, _ key: any CodingKey) -> ValueDecoder {
        ValueDecoder(value, path: codingPath + [key], userInfo: userInfo)
    }

    func mismatch(_ expected: String) -> DecodingError {
        .dataCorrupted(
            .init(codingPath: codingPath, debugDescription: "expected \(expected), found \(value.excerpt)"))
    }

    func unwrap<T: Decodable>(_ type: T.Type) throws -> T {
        if T.self == JSONValue.self, let value = value as? T { return value }
        do {
            return try T(from: self)
        } catch let error as DecodingError {
            // The standard library's message for a raw value that is none of an enum's.
            if case .dataCorrupted(let context) = error, context.codingPath.count == codingPath.count,
                context.debugDescription.hasPrefix("Cannot initialize"), let known = type as? any CaseIterable.Type
            {
                throw mismatch("one of " + Self.rawValues(of: known).joined(separator: ", "))
            }
            throw error
        }
    }

    private static func rawValues<E: CaseIterable>(of type: E.Type) -> [String] {
        type.allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
    }
}

extension ValueDecoder {
    func bool() throws -> Bool {
        guard let value = value.laxBool else { throw mismatch("true or false") }
        return value
    }

    func string() throws -> String {
        guard let text = value.pythonText else { throw mismatch("a text") }
        return text
    }

    func double() throws -> Double {
        switch value {
        case .number(let number) where number.isFinite: return number
        case .integer(let number): return Double(number)
        case .bool(let flag): return flag ? 1 : 0
        case .string(let text):
            if let number = Double(text.filter { $0 != " " }), number.isFinite { return number }
        default: break
        }
        throw mismatch("a number")
    }

    func integer<T: FixedWidthInteger>() throws -> T {
        let number: Int64?
        switch value {
        case .integer(let value): number = value
        case .number(let value): number = Int64(exactly: value)
        case .bool(let flag): number = flag ? 1 : 0
        case .string(let text): number = Int64(text.filter { $0 != " " })
        default: number = nil
        }
        guard let number, let result = T(exactly: number) else { throw mismatch("an integer") }
        return result
    }
}
