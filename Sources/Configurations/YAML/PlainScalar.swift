import Wire

/// What a YAML scalar without quotes means, by YAML 1.1 as PyYAML reads it: `yes` and `off` are booleans,
/// `010` is eight, `1e3` is text.
///
/// Two of PyYAML's readings are left out since nobody means them here: `22:22` is text, not a
/// sexagesimal number, and a date is text, not a date.
enum PlainScalar {
    static func value(of text: String) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return .bool(true)
        case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return .bool(false)
        default: break
        }
        guard let first = text.utf8.first, (48...57).contains(first) || "+-.".utf8.contains(first) else {
            return .string(text)
        }
        return integer(text) ?? float(text) ?? .string(text)
    }

    private static func integer(_ text: String) -> JSONValue? {
        let compact = text.replacing("_", with: "")
        let isNegative = compact.hasPrefix("-")
        let digits = isNegative || compact.hasPrefix("+") ? compact.dropFirst() : compact[...]
        guard let first = digits.utf8.first, (48...57).contains(first) else { return nil }
        let magnitude: Int64?
        if digits.hasPrefix("0b") {
            magnitude = Int64(digits.dropFirst(2), radix: 2)
        } else if digits.hasPrefix("0x") {
            magnitude = Int64(digits.dropFirst(2), radix: 16)
        } else if digits.count > 1, first == UInt8(ascii: "0") {
            magnitude = Int64(digits.dropFirst(), radix: 8)
        } else if digits.utf8.allSatisfy({ (48...57).contains($0) }) {
            // Beyond 64 bits it is still a number, though not one that any field takes.
            magnitude = Int64(digits)
            if magnitude == nil, let number = Double(digits) { return .number(isNegative ? -number : number) }
        } else {
            magnitude = nil
        }
        return magnitude.map { .integer(isNegative ? -$0 : $0) }
    }

    private static func float(_ text: String) -> JSONValue? {
        switch text {
        case ".nan", ".NaN", ".NAN": return .number(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .number(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .number(-.infinity)
        default: break
        }
        // digits with a point, then perhaps an exponent with a sign
        var rest = text.replacing("_", with: "")[...]
        if rest.hasPrefix("-") || rest.hasPrefix("+") { rest = rest.dropFirst() }
        let mantissa = rest.prefix { $0.isNumber || $0 == "." }
        guard mantissa.contains("."), mantissa.count(where: { $0 == "." }) == 1, mantissa != "." else { return nil }
        let exponent = rest[mantissa.endIndex...]
        if !exponent.isEmpty {
            guard
                exponent.hasPrefix("e+") || exponent.hasPrefix("e-") || exponent.hasPrefix("E+")
                    || exponent.hasPrefix("E-"), exponent.count > 2
            else { return nil }
        }
        guard
            let number = Double(
                text.replacing("_", with: "").hasSuffix(".") ? text + "0" : text.replacing("_", with: ""))
        else { return nil }
        return .number(number)
    }
}
