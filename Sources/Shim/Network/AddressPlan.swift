/// Hands out loopback addresses, each to one task at a time.
///
/// They come from 127.64.0.0/10, which holds none of the addresses that systems use themselves (127.0.0.1, 127.0.1.1,
/// 127.0.0.53), and begin at a place that differs from shim to shim, so that two seldom meet; where they do, the kernel
/// refuses the second listener and the next address is taken.
struct AddressPlan: Equatable {
    /// 2^22 addresses, without those whose last number is 0 or 255.
    private static let size: UInt32 = 1 << 22
    private static let base: UInt32 = 127 << 24 | 64 << 16

    private var cursor: UInt32
    private(set) var taken: Set<String> = []

    /// - Parameter seed: any number.
    init(seed: UInt32) {
        cursor = seed % Self.size
    }

    /// Takes the next free address.
    mutating func next() -> String {
        while true {
            cursor = (cursor + 1) % Self.size
            let number = Self.base | cursor
            let last = number & 0xFF
            guard last != 0 && last != 255 else { continue }
            let address = "127.\(number >> 16 & 0xFF).\(number >> 8 & 0xFF).\(last)"
            if taken.insert(address).inserted { return address }
        }
    }

    /// Counts an address as taken, by a task that was there before.
    mutating func take(_ address: String) {
        taken.insert(address)
    }

    /// Gives an address back.
    mutating func release(_ address: String) {
        taken.remove(address)
    }
}
