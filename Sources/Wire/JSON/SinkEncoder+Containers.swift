/// Writes the fields of a mapping.
struct KeyedSink<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let sink: JSONSink
    let depth: Int

    var codingPath: [any CodingKey] { [] }

    private func field(_ key: Key) -> JSONSink {
        sink.element(at: depth)
        sink.name(key.stringValue)
        return sink
    }

    func encodeNil(forKey key: Key) throws { field(key).literal("null") }
    func encode(_ value: Bool, forKey key: Key) throws { field(key).literal(value ? "true" : "false") }
    func encode(_ value: String, forKey key: Key) throws { field(key).string(value) }
    func encode(_ value: Double, forKey key: Key) throws { field(key).number(value) }
    func encode(_ value: Float, forKey key: Key) throws { field(key).number(Double(value)) }
    func encode(_ value: Int, forKey key: Key) throws { field(key).integer(value) }
    func encode(_ value: Int8, forKey key: Key) throws { field(key).integer(value) }
    func encode(_ value: Int16, forKey key: Key) throws { field(key).integer(value) }
    func encode(_ value: Int32, forKey key: Key) throws { field(key).integer(value) }
    func encode(_ value: Int64, forKey key: Key) throws { field(key).integer(value) }
    func encode(_ value: UInt, forKey key: Key) throws { field(key).integer(value) }
    func encode(_ value: UInt8, forKey key: Key) throws { field(key).integer(value) }
    func encode(_ value: UInt16, forKey key: Key) throws { field(key).integer(value) }
    func encode(_ value: UInt32, forKey key: Key) throws { field(key).integer(value) }
    func encode(_ value: UInt64, forKey key: Key) throws { field(key).integer(value) }

    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        _ = field(key)
        try SinkEncoder(sink: sink, depth: depth).write(value)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        _ = field(key)
        return SinkEncoder(sink: sink, depth: depth).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        _ = field(key)
        return SinkEncoder(sink: sink, depth: depth).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { SinkEncoder(sink: sink, depth: depth) }

    func superEncoder(forKey key: Key) -> any Encoder {
        _ = field(key)
        return SinkEncoder(sink: sink, depth: depth)
    }
}

/// Writes the items of a list.
struct ListSink: UnkeyedEncodingContainer {
    let sink: JSONSink
    let depth: Int
    private(set) var count = 0

    init(sink: JSONSink, depth: Int) {
        self.sink = sink
        self.depth = depth
    }

    var codingPath: [any CodingKey] { [] }

    private mutating func item() -> JSONSink {
        sink.element(at: depth)
        count += 1
        return sink
    }

    mutating func encodeNil() throws { item().literal("null") }
    mutating func encode(_ value: Bool) throws { item().literal(value ? "true" : "false") }
    mutating func encode(_ value: String) throws { item().string(value) }
    mutating func encode(_ value: Double) throws { item().number(value) }
    mutating func encode(_ value: Float) throws { item().number(Double(value)) }
    mutating func encode(_ value: Int) throws { item().integer(value) }
    mutating func encode(_ value: Int8) throws { item().integer(value) }
    mutating func encode(_ value: Int16) throws { item().integer(value) }
    mutating func encode(_ value: Int32) throws { item().integer(value) }
    mutating func encode(_ value: Int64) throws { item().integer(value) }
    mutating func encode(_ value: UInt) throws { item().integer(value) }
    mutating func encode(_ value: UInt8) throws { item().integer(value) }
    mutating func encode(_ value: UInt16) throws { item().integer(value) }
    mutating func encode(_ value: UInt32) throws { item().integer(value) }
    mutating func encode(_ value: UInt64) throws { item().integer(value) }

    mutating func encode<T: Encodable>(_ value: T) throws {
        _ = item()
        try SinkEncoder(sink: sink, depth: depth).write(value)
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        _ = item()
        return SinkEncoder(sink: sink, depth: depth).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        _ = item()
        return SinkEncoder(sink: sink, depth: depth).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        _ = item()
        return SinkEncoder(sink: sink, depth: depth)
    }
}

/// Writes a value by itself.
struct SingleSink: SingleValueEncodingContainer {
    let sink: JSONSink
    let depth: Int

    var codingPath: [any CodingKey] { [] }

    func encodeNil() throws { sink.literal("null") }
    func encode(_ value: Bool) throws { sink.literal(value ? "true" : "false") }
    func encode(_ value: String) throws { sink.string(value) }
    func encode(_ value: Double) throws { sink.number(value) }
    func encode(_ value: Float) throws { sink.number(Double(value)) }
    func encode(_ value: Int) throws { sink.integer(value) }
    func encode(_ value: Int8) throws { sink.integer(value) }
    func encode(_ value: Int16) throws { sink.integer(value) }
    func encode(_ value: Int32) throws { sink.integer(value) }
    func encode(_ value: Int64) throws { sink.integer(value) }
    func encode(_ value: UInt) throws { sink.integer(value) }
    func encode(_ value: UInt8) throws { sink.integer(value) }
    func encode(_ value: UInt16) throws { sink.integer(value) }
    func encode(_ value: UInt32) throws { sink.integer(value) }
    func encode(_ value: UInt64) throws { sink.integer(value) }
    func encode<T: Encodable>(_ value: T) throws { try SinkEncoder(sink: sink, depth: depth).write(value) }
}
