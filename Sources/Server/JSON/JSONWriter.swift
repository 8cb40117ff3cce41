import NIOCore
import Wire

/// Writes JSON text without blanks, object members in their order.
struct JSONWriter {
    private(set) var buffer = ByteBuffer()

    /// The text of a value.
    static func write(_ value: JSONValue) -> ByteBuffer {
        var writer = JSONWriter()
        writer.append(value)
        return writer.buffer
    }

    private mutating func append(_ value: JSONValue) {
        switch value {
        case .null: buffer.writeStaticString("null")
        case .bool(true): buffer.writeStaticString("true")
        case .bool(false): buffer.writeStaticString("false")
        case .integer(let number): buffer.writeString(String(number))
        case .number(let number): buffer.writeString("\(number)")
        case .string(let text): append(text)
        case .array(let items):
            buffer.writeInteger(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
                append(item)
            }
            buffer.writeInteger(UInt8(ascii: "]"))
        case .object(let members):
            buffer.writeInteger(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
                append(member.name)
                buffer.writeInteger(UInt8(ascii: ":"))
                append(member.value)
            }
            buffer.writeInteger(UInt8(ascii: "}"))
        }
    }

    private mutating func append(_ text: String) {
        buffer.writeInteger(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case 34: buffer.writeStaticString("\\\"")
            case 92: buffer.writeStaticString("\\\\")
            case 10: buffer.writeStaticString("\\n")
            case 13: buffer.writeStaticString("\\r")
            case 9: buffer.writeStaticString("\\t")
            case 0..<32:
                buffer.writeString("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
            default: buffer.writeInteger(byte)
            }
        }
        buffer.writeInteger(UInt8(ascii: "\""))
    }
}
