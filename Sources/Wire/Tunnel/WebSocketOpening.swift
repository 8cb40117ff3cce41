/// The opening of a WebSocket on a connection that is nothing else, from the asking side. Pure.
public struct WebSocketOpening: Sendable {
    public enum Outcome: Sendable, Equatable {
        /// The connection is a WebSocket from here on; `rest` came behind the answer's head.
        case open(accept: String, rest: [UInt8])
        /// The peer stays with HTTP: an answer of its own, as far as it is kept.
        case refused(status: Int, body: [UInt8])
    }

    private var bytes: [UInt8] = []
    private var refusal: Refusal?

    private struct Refusal {
        var status: Int
        /// Bytes of the body that come; nil where only the connection's end or a last chunk tells.
        var length: Int?
        var isChunked: Bool
    }

    private static let headLimit = 64 << 10
    /// Bytes of a refusal's body that are kept.
    private static let bodyLimit = 64 << 10

    public init() {}

    /// The request's bytes.
    ///
    /// - Parameters:
    ///   - target: path and query, percent-encoded.
    ///   - fields: more header fields; their values hold no line end.
    public static func request(
        target: String, host: String, key: String, fields: [(name: String, value: String)] = []
    ) -> [UInt8] {
        var text = "GET \(target) HTTP/1.1\r\nHost: \(host)\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        text += "Sec-WebSocket-Version: \(WebSocketHandshake.version)\r\nSec-WebSocket-Key: \(key)\r\n"
        for field in fields { text += "\(field.name): \(field.value)\r\n" }
        return Array((text + "\r\n").utf8)
    }

    /// Takes bytes of the answer; the outcome once it is known. Nothing is taken after that.
    public mutating func take(_ more: some Sequence<UInt8>) throws(TunnelProtocolError) -> Outcome? {
        bytes += more
        while refusal == nil {
            guard let end = headEnd() else {
                if bytes.count > Self.headLimit { throw TunnelProtocolError("an answer without an end of its head") }
                return nil
            }
            let head = String(decoding: bytes[..<end], as: UTF8.self)
            bytes.removeFirst(end + 4)
            let fields = try Self.fields(head)
            if fields.status == 101 {
                guard fields.values["upgrade"]?.lowercased() == "websocket",
                    let accept = fields.values["sec-websocket-accept"]
                else { throw TunnelProtocolError("an answer that is no WebSocket's") }
                return .open(accept: accept, rest: bytes)
            }
            // What is only on the way: the answer follows.
            if (100..<200).contains(fields.status) { continue }
            refusal = Refusal(
                status: fields.status, length: try fields.values["content-length"].map(Self.length),
                isChunked: fields.values["transfer-encoding"]?.lowercased() == "chunked")
        }
        guard let refusal else { return nil }
        let isWhole =
            refusal.length.map { bytes.count >= $0 } ?? (refusal.isChunked && bytes.ends(with: "0\r\n\r\n".utf8))
        return isWhole || bytes.count > Self.bodyLimit ? outcome(refusal) : nil
    }

    /// The peer has closed the connection.
    public func ended() throws(TunnelProtocolError) -> Outcome {
        guard let refusal else { throw .noAnswer }
        return outcome(refusal)
    }

    private func outcome(_ refusal: Refusal) -> Outcome {
        .refused(
            status: refusal.status,
            body: refusal.isChunked ? Self.unchunked(bytes) : Array(bytes.prefix(refusal.length ?? Self.bodyLimit)))
    }

    private static func length(_ text: String) throws(TunnelProtocolError) -> Int {
        guard let length = Int(text), length >= 0 else { throw TunnelProtocolError("an answer of no length") }
        return length
    }

    private func headEnd() -> Int? {
        guard bytes.count >= 4 else { return nil }
        return (0...bytes.count - 4).first { bytes[$0] == 13 && bytes[$0..<$0 + 4].elementsEqual([13, 10, 13, 10]) }
    }

    /// The status and the header fields, names in lower case.
    private static func fields(_ head: String) throws(TunnelProtocolError) -> (status: Int, values: [String: String]) {
        var lines = head.split(separator: "\r\n", omittingEmptySubsequences: true)[...]
        let first = lines.popFirst()?.split(separator: " ") ?? []
        guard first.count >= 2, first[0].hasPrefix("HTTP/1."), let status = Int(first[1]),
            (100...599).contains(status)
        else {
            throw TunnelProtocolError("an answer that is not HTTP/1.1")
        }
        var values: [String: String] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            var value = line[line.index(after: colon)...].drop { $0 == " " }
            while value.last == " " { value.removeLast() }
            values[line[..<colon].lowercased()] = String(value)
        }
        return (status, values)
    }

    private static func unchunked(_ bytes: [UInt8]) -> [UInt8] {
        var (body, rest) = ([UInt8](), bytes[...])
        while let end = rest.firstIndex(of: 13),
            let size = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16),
            size > 0, size <= rest.endIndex - end - 2
        {
            body += rest[(end + 2)..<(end + 2 + size)]
            rest = rest[(end + 2 + size)...].dropFirst(2)
        }
        return body
    }
}

extension [UInt8] {
    fileprivate func ends(with end: some Collection<UInt8>) -> Bool {
        count >= end.count && suffix(end.count).elementsEqual(end)
    }
}
