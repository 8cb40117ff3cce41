import Wire

/// Reads JSON text and tells what is wrong with it in the words of dstack's server (which are Python's).
///
/// Nesting is bounded, so a hostile body cannot exhaust the stack.
struct BodyParser {
    /// Levels of nesting that are read; dstack's server gives up at about as many.
    static let maximumDepth = 900

    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The one value that the text holds.
    static func parse(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONValue {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .unreadable }
        var parser = BodyParser(bytes)
        parser.skipBlanks()
        let value = try parser.value(depth: 0)
        parser.skipBlanks()
        guard parser.position == bytes.count else { throw parser.error("Extra data") }
        return value
    }

    // MARK: Values

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        guard depth < Self.maximumDepth else { throw .unreadable }
        switch peek() {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        position += 1
        skipBlanks()
        var members: [JSONValue.Member] = []
        if take("}") { return .object(members) }
        while true {
            guard peek() == UInt8(ascii: "\"") else {
                throw error("Expecting property name enclosed in double quotes")
            }
            let name = try string()
            skipBlanks()
            guard take(":") else { throw error("Expecting ':' delimiter") }
            skipBlanks()
            members.append(.init(name, try value(depth: depth + 1)))
            skipBlanks()
            if take("}") { return .object(members) }
            guard take(",") else { throw error("Expecting ',' delimiter") }
            skipBlanks()
        }
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        position += 1
        skipBlanks()
        var items: [JSONValue] = []
        if take("]") { return .array(items) }
        while true {
            items.append(try value(depth: depth + 1))
            skipBlanks()
            if take("]") { return .array(items) }
            guard take(",") else { throw error("Expecting ',' delimiter") }
            skipBlanks()
        }
    }

    private mutating func word(_ text: String, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        guard bytes[position...].starts(with: text.utf8) else { throw error("Expecting value") }
        position += text.utf8.count
        return value
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = position
        if peek() == UInt8(ascii: "-") { position += 1 }
        guard let first = peek(), (48...57).contains(first) else {
            position = start
            throw error("Expecting value")
        }
        if first == 48 { position += 1 } else { skipDigits() }
        var isInteger = true
        if peek() == UInt8(ascii: "."), isDigit(at: position + 1) {
            isInteger = false
            position += 1
            skipDigits()
        }
        if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
            let signed = position + 1 < bytes.count && (bytes[position + 1] == 43 || bytes[position + 1] == 45)
            if isDigit(at: position + (signed ? 2 : 1)) {
                isInteger = false
                position += signed ? 2 : 1
                skipDigits()
            }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw error("Number out of range", at: start) }
        return .number(value)
    }

    // MARK: Strings

    private mutating func string() throws(JSONSyntaxError) -> String {
        let start = position
        position += 1
        var text: [UInt8] = []
        var runStart = position
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                text.append(contentsOf: bytes[runStart..<position])
                position += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                text.append(contentsOf: bytes[runStart..<position])
                text.append(contentsOf: try escape(stringStart: start))
                runStart = position
            case 0..<32:
                throw error("Invalid control character at")
            default:
                position += 1
            }
        }
        throw error("Unterminated string starting at", at: start)
    }

    private mutating func escape(stringStart: Int) throws(JSONSyntaxError) -> [UInt8] {
        let start = position
        guard position + 1 < bytes.count else { throw error("Unterminated string starting at", at: stringStart) }
        position += 2
        switch bytes[start + 1] {
        case UInt8(ascii: "\""): return [34]
        case UInt8(ascii: "\\"): return [92]
        case UInt8(ascii: "/"): return [47]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "u"): return try unicodeEscape(start: start)
        default: throw error("Invalid \\escape", at: start)
        }
    }

    private mutating func unicodeEscape(start: Int) throws(JSONSyntaxError) -> [UInt8] {
        guard var code = hex() else { throw error("Invalid \\uXXXX escape", at: start + 1) }
        if (0xD800..<0xDC00).contains(code), position + 1 < bytes.count, bytes[position] == 92,
            bytes[position + 1] == UInt8(ascii: "u")
        {
            position += 2
            guard let low = hex() else { throw error("Invalid \\uXXXX escape", at: position - 1) }
            guard (0xDC00..<0xE000).contains(low) else {
                throw error("Unpaired surrogate in \\uXXXX escape", at: start)
            }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else {
            throw error("Unpaired surrogate in \\uXXXX escape", at: start)
        }
        return Array(String(scalar).utf8)
    }

    private mutating func hex() -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        var code: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 128 else { return nil }
            code = code << 4 | UInt32(digit)
        }
        position += 4
        return code
    }

    // MARK: Bytes

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private func isDigit(at index: Int) -> Bool { index < bytes.count && (48...57).contains(bytes[index]) }

    private mutating func skipDigits() {
        while isDigit(at: position) { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let byte = peek(), UInt32(byte) == character.value else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek(), byte == 32 || byte == 10 || byte == 13 || byte == 9 { position += 1 }
    }

    /// An error at a byte, told in characters as Python counts them.
    private func error(_ message: String, at index: Int? = nil) -> JSONSyntaxError {
        let characters = bytes[..<(index ?? position)].count { $0 & 0xC0 != 0x80 }
        return .invalid(position: characters, message: message)
    }
}

/// Why a request's body is not JSON.
enum JSONSyntaxError: Error, Equatable {
    /// Not UTF-8, or nested too deep to read.
    case unreadable
    /// What stands at this character (counted from 0) is not JSON.
    case invalid(position: Int, message: String)
}
