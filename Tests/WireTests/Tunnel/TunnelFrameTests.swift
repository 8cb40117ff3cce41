import Testing
import Wire

/// The bytes of a tunnel, in both directions and however they are cut into pieces.
@Suite struct TunnelFrameTests {
    /// All that a decoder makes of bytes that come in pieces of a size.
    static func decode(_ bytes: [UInt8], isMasked: Bool, pieces: Int) throws -> [Seen] {
        var decoder = TunnelDecoder(isMasked: isMasked)
        var seen: [Seen] = []
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            var piece = Array(bytes[start..<min(start + pieces, bytes.count)])
            try piece.withUnsafeMutableBytes { buffer in
                var position = 0
                while let event = try decoder.next(in: buffer, at: &position) { seen.append(Seen(event, buffer)) }
                #expect(position == buffer.count)
            }
        }
        return seen.reduce(into: []) { all, next in
            if case .data(let more) = next, case .data(let before)? = all.last {
                all[all.count - 1] = .data(before + more)
            } else {
                all.append(next)
            }
        }
    }

    enum Seen: Equatable {
        case data([UInt8])
        case end
        case ping([UInt8])
        case close(TunnelClose)

        init(_ event: TunnelDecoder.Event, _ buffer: UnsafeMutableRawBufferPointer) {
            switch event {
            case .data(let range): self = .data(Array(buffer[range]))
            case .end: self = .end
            case .ping(let payload): self = .ping(payload)
            case .close(let close): self = .close(close)
            }
        }
    }

    static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) } }

    @Test(arguments: [UInt32?.none, 0, 0x1234_5678, .max], [1, 2, 7, 64, 100_000])
    func whatIsSent_arrives(mask: UInt32?, pieces: Int) throws {
        var sent: [UInt8] = []
        for count in [0, 1, 125, 126, 65_535, 65_536] {
            sent += TunnelFrame.whole(.binary, Self.bytes(count), mask: mask)
        }
        sent += TunnelFrame.whole(.ping, [1, 2, 3], mask: mask)
        sent += TunnelFrame.whole(.binary, [9], mask: mask) + TunnelFrame.end(mask: mask)
        sent += TunnelFrame.whole(.pong, [4], mask: mask)
        sent += TunnelFrame.close(.broken("the connection in the job broke"), mask: mask)
        let all = [1, 125, 126, 65_535, 65_536].flatMap(Self.bytes)
        #expect(
            try Self.decode(sent, isMasked: mask != nil, pieces: pieces) == [
                .data(all), .ping([1, 2, 3]), .data([9]), .end, .close(.broken("the connection in the job broke")),
            ])
    }

    @Test func headersAreThoseOfTheStandard() {
        #expect(TunnelFrame.header(.binary, length: 5, mask: nil) == [0x82, 5])
        #expect(TunnelFrame.header(.binary, length: 126, mask: nil) == [0x82, 126, 0, 126])
        #expect(TunnelFrame.header(.binary, length: 65_536, mask: nil) == [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0])
        // The example of RFC 6455, 5.7.
        #expect(
            TunnelFrame.whole(.text, Array("Hello".utf8), mask: 0x37FA_213D) == [
                0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58,
            ])
    }

    @Test func aMaskGoesOnWhereThePieceBeforeEnded() {
        let whole = Self.bytes(100)
        var masked = whole
        masked.withUnsafeMutableBytes { TunnelFrame.apply(0xA1B2_C3D4, to: $0, at: 0) }
        for cut in 0...20 {
            var pieces = [Array(masked[..<cut]), Array(masked[cut...])]
            for index in pieces.indices {
                pieces[index].withUnsafeMutableBytes { TunnelFrame.apply(0xA1B2_C3D4, to: $0, at: index * cut) }
            }
            #expect(pieces.flatMap(\.self) == whole)
        }
    }

    @Test func messagesInPieces_withAPingBetween() throws {
        let frames: [UInt8] = [0x02, 1, 1, 0x00, 2, 2, 3, 0x89, 0, 0x80, 1, 4, 0x01, 1, 0x65, 0x80, 2, 0x6E, 0x64]
        #expect(
            try Self.decode(frames, isMasked: false, pieces: 1) == [.data([1, 2, 3]), .ping([]), .data([4]), .end])
    }

    @Test func textsThatNobodyKnows_arePassedOver() throws {
        let frames = TunnelFrame.whole(.text, Array("what comes later".utf8), mask: nil) + TunnelFrame.end(mask: nil)
        #expect(try Self.decode(frames, isMasked: false, pieces: 3) == [.end])
    }

    @Test func aCloseWithoutACode() throws {
        #expect(try Self.decode([0x88, 0], isMasked: false, pieces: 1) == [.close(TunnelClose(1005))])
    }

    @Test(
        arguments: [
            ([0x82, 0x01, 0], true, "no mask"), ([0x82, 0x81, 0, 0, 0, 0, 1], false, "a masked frame"),
            ([0x83, 0], false, "a frame of an unknown kind"), ([0xC2, 0], false, "a frame of an unknown kind"),
            ([0x09, 0], false, "a control frame too long"), ([0x89, 126, 0, 126], false, "a control frame too long"),
            ([0x80, 0], false, "the rest of no message"), ([0x02, 0, 0x82, 0], false, "a message within another"),
            ([0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255], false, "a frame without an end"),
            ([0x81, 126, 1, 0] + bytes(256), false, "a text of more than 125 bytes"),
        ] as [([UInt8], Bool, String)])
    func whatIsNotAllowed_isNamed(frames: [UInt8], isMasked: Bool, words: String) {
        #expect(throws: TunnelProtocolError(words)) { try Self.decode(frames, isMasked: isMasked, pieces: 300) }
    }
}
