/// Where a dstack server answers: `http://host:port`, `https://…`, or `http+unix://` with the
/// socket's path percent-encoded as the host.
public struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    /// The address as the user gave it, without a slash at its end.
    public let description: String
    /// What request paths are appended to.
    let base: String
    /// The unix socket to connect to, if the address names one.
    let unixSocket: String?

    /// Reads an address; `nil` when it is none of the three forms.
    public init?(_ text: String) {
        var trimmed = Substring(text)
        while trimmed.last == "/" {
            trimmed = trimmed.dropLast()
        }
        let socketScheme = "http+unix://"
        if trimmed.hasPrefix(socketScheme) {
            let rest = trimmed.dropFirst(socketScheme.count)
            let host = rest.prefix { $0 != "/" }
            guard let path = Self.percentDecoded(host), !path.isEmpty else {
                return nil
            }
            unixSocket = path
            base = "http://localhost" + rest.dropFirst(host.count)
        } else {
            let lowered = trimmed.lowercased()
            guard let scheme = ["http://", "https://"].first(where: lowered.hasPrefix) else {
                return nil
            }
            let host = trimmed.dropFirst(scheme.count).prefix { $0 != "/" }
            guard !host.isEmpty, !trimmed.contains(where: { $0.isWhitespace }) else {
                return nil
            }
            unixSocket = nil
            base = String(trimmed)
        }
        description = String(trimmed)
    }

    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let digits = String(rest.prefix(2)), digits.utf8.count == 2, let value = UInt8(digits, radix: 16)
            else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// Percent-encodes everything but letters, digits and `-._~`, so that a name is one part of a path or query.
func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    var result = ""
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            result.unicodeScalars.append(Unicode.Scalar(byte))
        default:
            result += "%"
            result.append(digits[Int(byte >> 4)])
            result.append(digits[Int(byte & 15)])
        }
    }
    return result
}
