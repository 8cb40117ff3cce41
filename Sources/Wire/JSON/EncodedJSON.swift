/// JSON text that stands as it is in a larger value: for what is encoded once and sent many times.
public struct EncodedJSON: Sendable, Hashable {
    /// One whole JSON value.
    public let bytes: [UInt8]

    /// - Throws: what the value's own `encode(to:)` throws; the models here throw nothing.
    public init(_ value: some Encodable) throws {
        bytes = try WireJSON.encode(value)
    }
}

extension EncodedJSON: Encodable {
    public func encode(to encoder: any Encoder) throws {
        if let encoder = encoder as? SinkEncoder {
            encoder.sink.raw(bytes)
        } else {
            try JSONParser.parse(bytes).encode(to: encoder)
        }
    }
}
