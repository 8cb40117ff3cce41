/// Encodes an `Encodable` straight into JSON text, in the order in which it names its fields.
struct SinkEncoder: Encoder {
    let sink: JSONSink
    /// How many lists and mappings lie around the value that is being encoded.
    let depth: Int

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        sink.open(at: depth, with: UInt8(ascii: "{"), closing: UInt8(ascii: "}"))
        return KeyedEncodingContainer(KeyedSink<Key>(sink: sink, depth: depth + 1))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        sink.open(at: depth, with: UInt8(ascii: "["), closing: UInt8(ascii: "]"))
        return ListSink(sink: sink, depth: depth + 1)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleSink(sink: sink, depth: depth)
    }

    /// Writes any value at this place.
    func write<T: Encodable>(_ value: T) throws {
        if T.self == String.self, let text = value as? String { return sink.string(text) }
        if T.self == [String: String].self, let map = value as? [String: String] { return write(sorted: map) }
        let before = sink.bytes.count
        try value.encode(to: self)
        if sink.bytes.count == before { sink.literal("{}") }
        sink.close(to: depth)
    }

    /// A dictionary by name, so that the same value always gives the same text.
    private func write(sorted map: [String: String]) {
        sink.open(at: depth, with: UInt8(ascii: "{"), closing: UInt8(ascii: "}"))
        for (name, value) in map.sorted(by: { $0.key < $1.key }) {
            sink.element(at: depth + 1)
            sink.name(name)
            sink.string(value)
        }
        sink.close(to: depth)
    }
}
