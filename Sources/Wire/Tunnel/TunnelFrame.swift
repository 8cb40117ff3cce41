/// The frames that a tunnel to a job's port is made of: those of a WebSocket (RFC 6455).
///
/// Binary messages are the bytes of the connection, in order; where one ends and the next begins means nothing. The
/// text message `end` says that its sender has shut its writing side: the other one may go on. A close ends both. One
/// that ends without a close was cut, and so is the connection on the other side.
public enum TunnelFrame {
    /// The text of the message that shuts one direction.
    public static let end = "end"
    /// Bytes that a header has at most.
    public static let headerLimit = 14

    public enum Opcode: UInt8, Sendable {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10

        var isControl: Bool { rawValue >= 8 }
    }

    /// The header of a frame that is a whole message.
    ///
    /// - Parameter mask: the key that the payload is masked with; nil from a server.
    public static func header(_ opcode: Opcode, length: Int, mask: UInt32?) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headerLimit)
        bytes.append(0x80 | opcode.rawValue)
        let marked: UInt8 = mask == nil ? 0 : 0x80
        switch length {
        case ..<126:
            bytes.append(marked | UInt8(length))
        case ..<65_536:
            bytes.append(marked | 126)
            for shift in [8, 0] { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
        default:
            bytes.append(marked | 127)
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: length >> shift))
            }
        }
        if let mask {
            for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: mask >> UInt32(shift))) }
        }
        return bytes
    }

    /// A short message in one frame, header included.
    public static func whole(_ opcode: Opcode, _ payload: [UInt8], mask: UInt32?) -> [UInt8] {
        var bytes = header(opcode, length: payload.count, mask: mask)
        let start = bytes.count
        bytes += payload
        if let mask {
            bytes.withUnsafeMutableBytes { apply(mask, to: .init(rebasing: $0[start...]), at: 0) }
        }
        return bytes
    }

    /// The message that shuts one direction.
    public static func end(mask: UInt32?) -> [UInt8] { whole(.text, Array(end.utf8), mask: mask) }

    /// The message that ends the tunnel.
    public static func close(_ close: TunnelClose, mask: UInt32?) -> [UInt8] {
        whole(.close, close.payload, mask: mask)
    }

    /// Masks a piece of a payload, or takes its mask off.
    ///
    /// - Parameter offset: where in the payload the piece begins.
    public static func apply(_ mask: UInt32, to bytes: UnsafeMutableRawBufferPointer, at offset: Int) {
        let turned = UInt32(8 * (offset & 3))
        let key = (turned == 0 ? mask : mask << turned | mask >> (32 - turned)).bigEndian
        let wide = UInt64(key) << 32 | UInt64(key)
        var index = 0
        while index + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            bytes.storeBytes(of: word ^ wide, toByteOffset: index, as: UInt64.self)
            index += 8
        }
        withUnsafeBytes(of: key) { key in
            while index < bytes.count {
                bytes[index] ^= key[index & 3]
                index += 1
            }
        }
    }
}

/// Why a tunnel is ended.
public struct TunnelClose: Sendable, Hashable {
    /// A code of RFC 6455; 1000 for a regular end.
    public var code: UInt16
    /// In words; at most 123 bytes travel.
    public var reason: String

    public init(_ code: UInt16, _ reason: String = "") {
        self.code = code
        self.reason = reason
    }

    /// Both directions have come to their end.
    public static let done = TunnelClose(1000)
    /// The connection in the job broke.
    public static func broken(_ reason: String) -> TunnelClose { TunnelClose(1011, reason) }

    var payload: [UInt8] {
        [UInt8(code >> 8), UInt8(truncatingIfNeeded: code)] + reason.utf8.prefix(123)
    }

    init(payload: [UInt8]) {
        guard payload.count >= 2 else {
            // No code was given; 1005 stands for that.
            self.init(1005)
            return
        }
        self.init(UInt16(payload[0]) << 8 | UInt16(payload[1]), String(decoding: payload[2...], as: UTF8.self))
    }
}
