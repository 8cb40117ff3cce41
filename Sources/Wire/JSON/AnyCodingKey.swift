/// A key of any name or position, for objects whose names are data.
public struct AnyCodingKey: CodingKey, Hashable, Sendable {
    public let stringValue: String
    public let intValue: Int?

    public init(_ name: String) {
        stringValue = name
        intValue = nil
    }

    public init(index: Int) {
        stringValue = String(index)
        intValue = index
    }

    public init?(stringValue: String) { self.init(stringValue) }

    public init?(intValue: Int) { self.init(index: intValue) }
}
