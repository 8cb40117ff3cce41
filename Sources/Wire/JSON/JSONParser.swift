/// Reads JSON text into a `JSONValue`.
///
/// Of two members with one name both are kept (`JSONValue`'s look-up takes the last). What JSON does not
/// have is refused where Python reads it: NaN, Infinity, half a surrogate pair, more than
/// `JSONParser.maximumDepth` levels.
public struct JSONParser {
    /// How deep lists and mappings may lie in one another.
    public static let maximumDepth = 128

    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        // A byte order mark says nothing in UTF-8.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// - Throws: `WireDecodingError` with the offset at which the text stops being JSON.
    public static func parse(_ bytes: [UInt8]) throws(WireDecodingError) -> JSONValue {
        var parser = JSONParser(bytes)
        parser.skipBlanks()
        let value = try parser.value(depth: 0)
        parser.skipBlanks()
        guard parser.position == bytes.count else { throw parser.error("text stands after the end of the JSON value") }
        return value
    }

    private func error(_ message: String) -> WireDecodingError {
        WireDecodingError(path: [], reason: .syntax(offset: position), message: message)
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func value(depth: Int) throws(WireDecodingError) -> JSONValue {
        guard let first = current else { throw error("the JSON text ends early") }
        switch first {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw error("a JSON value was expected")
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(WireDecodingError) -> JSONValue {
        let end = position + text.utf8CodeUnitCount
        guard end <= bytes.count, text.withUTF8Buffer({ bytes[position..<end].elementsEqual($0) }) else {
            throw error("a JSON value was expected")
        }
        position = end
        return value
    }

    private mutating func object(depth: Int) throws(WireDecodingError) -> JSONValue {
        guard depth < Self.maximumDepth else { throw error("the JSON value is nested too deeply") }
        position += 1
        var members: [JSONValue.Member] = []
        skipBlanks()
        if current == UInt8(ascii: "}") {
            position += 1
            return .object(members)
        }
        while true {
            skipBlanks()
            guard current == UInt8(ascii: "\"") else { throw error("a name in quotes was expected") }
            let name = try string()
            skipBlanks()
            guard current == UInt8(ascii: ":") else { throw error("a colon was expected") }
            position += 1
            skipBlanks()
            members.append(JSONValue.Member(name, try value(depth: depth + 1)))
            skipBlanks()
            if try isLast(closing: UInt8(ascii: "}")) { return .object(members) }
        }
    }

    private mutating func array(depth: Int) throws(WireDecodingError) -> JSONValue {
        guard depth < Self.maximumDepth else { throw error("the JSON value is nested too deeply") }
        position += 1
        var items: [JSONValue] = []
        skipBlanks()
        if current == UInt8(ascii: "]") {
            position += 1
            return .array(items)
        }
        while true {
            skipBlanks()
            items.append(try value(depth: depth + 1))
            skipBlanks()
            if try isLast(closing: UInt8(ascii: "]")) { return .array(items) }
        }
    }

    /// Takes the comma or the closing bracket after an element.
    private mutating func isLast(closing: UInt8) throws(WireDecodingError) -> Bool {
        guard let byte = current else { throw error("the JSON text ends early") }
        guard byte == closing || byte == UInt8(ascii: ",") else {
            throw error("a comma or a closing bracket was expected")
        }
        position += 1
        return byte == closing
    }

    private mutating func number() throws(WireDecodingError) -> JSONValue {
        let start = position
        var isInteger = true
        if current == UInt8(ascii: "-") { position += 1 }
        let leading = current
        let whole = digits()
        guard whole > 0, whole == 1 || leading != UInt8(ascii: "0") else { throw error("a number was expected") }
        if current == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            guard digits() > 0 else { throw error("digits were expected after the decimal point") }
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isInteger = false
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            guard digits() > 0 else { throw error("digits were expected in the exponent") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw error("the number is too large") }
        return .number(value)
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = current, (48...57).contains(byte) { position += 1 }
        return position - start
    }

    private mutating func string() throws(WireDecodingError) -> String {
        position += 1
        let start = position
        var isPlain = true
        while let byte = current, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw error("a control character stands in a text") }
            if byte == UInt8(ascii: "\\") {
                isPlain = false
                position += 1
            }
            position += 1
        }
        guard position < bytes.count else { throw error("a text is not closed") }
        let end = position
        position += 1
        if isPlain {
            guard let text = String(validating: bytes[start..<end], as: UTF8.self) else {
                throw error("a text is not valid UTF-8")
            }
            return text
        }
        return try unescape(start, end)
    }

    private func unescape(_ start: Int, _ end: Int) throws(WireDecodingError) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(end - start)
        var index = start
        while index < end {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            let letter = bytes[index]
            index += 1
            switch letter {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(letter)
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"): try result.append(contentsOf: scalar(&index, end))
            default: throw error("a text has an unknown escape")
            }
        }
        guard let text = String(validating: result, as: UTF8.self) else { throw error("a text is not valid UTF-8") }
        return text
    }

    /// The UTF-8 of a `\u` escape, or of the two of a surrogate pair.
    private func scalar(_ index: inout Int, _ end: Int) throws(WireDecodingError) -> [UInt8] {
        var code = try hex(&index, end)
        if (0xD800..<0xDC00).contains(code), index + 6 <= end, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        {
            index += 2
            let low = try hex(&index, end)
            guard (0xDC00..<0xE000).contains(low) else { throw error("a text has half a surrogate pair") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw error("a text has half a surrogate pair") }
        return Array(String(Character(scalar)).utf8)
    }

    private func hex(_ index: inout Int, _ end: Int) throws(WireDecodingError) -> UInt32 {
        guard index + 4 <= end else { throw error("a text has a short escape") }
        let digits = bytes[index..<(index + 4)]
        index += 4
        guard digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
            let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw error("a text has an escape that is not hexadecimal") }
        return code
    }
}
