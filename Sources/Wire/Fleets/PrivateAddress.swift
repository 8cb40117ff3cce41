/// Addresses of networks that are not on the internet.
public enum PrivateAddress {
    /// Blocks of IPv4 that are private, each as its address and the length of its prefix.
    private static let blocks: [(address: UInt32, prefix: Int)] = [
        (0x0000_0000, 8), (0x0A00_0000, 8), (0x7F00_0000, 8), (0xA9FE_0000, 16), (0xAC10_0000, 12),
        (0xC000_0000, 24), (0xC000_0200, 24), (0xC0A8_0000, 16), (0xC612_0000, 15), (0xC633_6400, 24),
        (0xCB00_7100, 24), (0xF000_0000, 4),
    ]

    /// Whether a text is an address; nil where it is none.
    public static func isPrivate(_ text: String) -> Bool? {
        if text.contains(":") { return isPrivateIPv6(text) }
        guard let address = ipv4(text) else { return nil }
        return blocks.contains { covers($0, address) }
    }

    /// Whether a text is a private network, as `10.0.0.0/8`; nil where it is no network.
    static func isPrivateNetwork(_ text: String) -> Bool? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count) else { return nil }
        if parts[0].contains(":") { return isPrivateIPv6(parts[0]) }
        guard let address = ipv4(parts[0]), let prefix = parts.count == 2 ? prefixLength(parts[1]) : 32 else {
            return nil
        }
        return blocks.contains { prefix >= $0.prefix && covers($0, address) }
    }

    private static func covers(_ block: (address: UInt32, prefix: Int), _ address: UInt32) -> Bool {
        (block.address ^ address) >> (32 - block.prefix) == 0
    }

    private static func prefixLength(_ text: String) -> Int? {
        if let length = Int(text) { return (0...32).contains(length) ? length : nil }
        // A netmask: ones, then zeros.
        guard let mask = ipv4(text), (~mask &+ 1).nonzeroBitCount <= 1 else { return nil }
        return mask.nonzeroBitCount
    }

    private static func ipv4(_ text: String) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard part == "0" || !part.hasPrefix("0"), let byte = UInt8(part), !part.hasPrefix("+") else { return nil }
            address = address << 8 | UInt32(byte)
        }
        return address
    }

    /// Unique local, link-local and loopback; nil where a text has something that IPv6 has not.
    private static func isPrivateIPv6(_ text: String) -> Bool? {
        let isHex = text.utf8.allSatisfy { Unicode.Scalar($0).properties.isASCIIHexDigit || $0 == UInt8(ascii: ":") }
        let groups = text.split(separator: ":")
        guard isHex, groups.count <= 8, groups.allSatisfy({ $0.count <= 4 }), groups.count == 8 || text.contains("::")
        else { return nil }
        guard let first = UInt16(groups.first ?? "", radix: 16), !text.hasPrefix("::") else { return text == "::1" }
        return first >> 9 == 0xFC >> 1 || first >> 6 == 0xFE80 >> 6
    }
}
