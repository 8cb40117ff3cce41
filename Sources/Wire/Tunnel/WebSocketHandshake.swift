#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What both ends of a WebSocket's opening say, by RFC 6455.
public enum WebSocketHandshake {
    /// The only version there is.
    public static let version = "13"

    /// The value of `Sec-WebSocket-Accept` that answers a `Sec-WebSocket-Key`.
    public static func accept(key: String) -> String {
        Data(SHA1.digest(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))).base64EncodedString()
    }

    /// A `Sec-WebSocket-Key` of 16 random bytes.
    public static func key(using random: inout some RandomNumberGenerator) -> String {
        Data((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }).base64EncodedString()
    }
}
