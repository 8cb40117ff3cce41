import Wire

/// Which of a host's addresses its siblings reach it by.
enum HostAddresses {
    /// An IPv4 address of an interface.
    struct Entry: Equatable, Sendable {
        var interface: String
        var ip: String
        /// 0 to 32.
        var prefix: Int
    }

    /// Lines of `ip -o -4 addr show`: `2: eth0    inet 10.0.0.5/24 brd 10.0.0.255 scope global eth0`. Loopback and the
    /// bridges of containers lead to no other host.
    static func read(_ lines: [String]) -> [Entry] {
        lines.compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard let at = words.firstIndex(of: "inet"), at >= 1, words.count > at + 1 else { return nil }
            let parts = words[at + 1].split(separator: "/").map(String.init)
            guard let ip = parts.first, number(ip) != nil else { return nil }
            let name = String(words[at - 1].prefix { $0 != "@" })
            guard name != "lo", !["docker", "br-", "veth", "virbr", "cni"].contains(where: name.hasPrefix) else {
                return nil
            }
            return Entry(interface: name, ip: ip, prefix: parts.count > 1 ? Int(parts[1]) ?? 32 : 32)
        }
    }

    enum Choice: Equatable, Sendable {
        case address(String)
        case none
        /// In words for the user.
        case refused(String)
    }

    /// - Parameters:
    ///   - wanted: as the user says it.
    ///   - network: address and mask, as `10.0.0.0/24`.
    ///   - login: the address that we logged in to.
    static func choose(_ all: [Entry], wanted: String?, network: String?, login: String?) -> Choice {
        let list = all.isEmpty ? "none" : all.map { "\($0.ip)/\($0.prefix) (\($0.interface))" }.joined(separator: ", ")
        if let wanted, !wanted.isEmpty {
            if all.contains(where: { $0.ip == wanted }) { return .address(wanted) }
            return .refused("has no address \(wanted), which is its 'internal_ip'; its addresses: \(list)")
        }
        if let network, !network.isEmpty {
            if let entry = all.first(where: { isIn(network, $0.ip) }) { return .address(entry.ip) }
            return .refused("has no address in the network \(network); its addresses: \(list)")
        }
        let own = all.filter { PrivateAddress.isPrivate($0.ip) == true }
        if let login, own.contains(where: { $0.ip == login }) { return .address(login) }
        return own.first.map { .address($0.ip) } ?? .none
    }

    private static func isIn(_ network: String, _ ip: String) -> Bool {
        let parts = network.split(separator: "/").map(String.init)
        guard let base = parts.first.flatMap(number), let address = number(ip) else { return false }
        let mask: UInt32
        if parts.count < 2 {
            mask = .max
        } else if let length = Int(parts[1]), (0...32).contains(length) {
            mask = length == 0 ? 0 : .max << (32 - UInt32(length))
        } else if let written = number(parts[1]) {
            mask = written
        } else {
            return false
        }
        return base & mask == address & mask
    }

    private static func number(_ ip: String) -> UInt32? {
        let parts = ip.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            guard let byte = UInt8(part) else { return nil }
            number = number << 8 | UInt32(byte)
        }
        return number
    }
}
