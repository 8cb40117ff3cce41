import NIOCore
import Testing

@testable import AgentClient

@Suite struct AgentExchangeTests {
    private let bytes = ByteBuffer(string: "abc")

    private func receiving() -> AgentExchange {
        var exchange = AgentExchange()
        _ = exchange.connected()
        _ = exchange.requestSent()
        _ = exchange.headReceived(keepsAlive: true, isInformational: false)
        return exchange
    }

    @Test func wanted_whenBytesCame_givesThemAtOnce() {
        var exchange = receiving()
        #expect(exchange.bodyReceived(bytes) == [])
        #expect(exchange.readCompleted() == [.read])
        #expect(exchange.wanted() == [.deliver(bytes)])
    }

    @Test func wanted_beforeBytes_waitsForThem() {
        var exchange = receiving()
        #expect(exchange.wanted() == [])
        #expect(exchange.bodyReceived(bytes) == [.deliver(bytes)])
    }

    @Test func readCompleted_whenBufferIsFull_readsNoMore() {
        var exchange = receiving()
        let big = ByteBuffer(repeating: 0, count: AgentExchange.highWater)
        #expect(exchange.bodyReceived(big) == [])
        #expect(exchange.readCompleted() == [])
        #expect(exchange.wanted() == [.deliver(big), .read])
    }

    @Test func endReceived_whileWaiting_releasesBeforeDelivering() {
        var exchange = receiving()
        #expect(exchange.wanted() == [])
        #expect(exchange.endReceived() == [.release, .deliverEnd])
        #expect(exchange.isIdle)
    }

    @Test func endReceived_whenAgentCloses_deliversBeforeClosing() {
        var exchange = AgentExchange()
        _ = exchange.requestSent()
        _ = exchange.headReceived(keepsAlive: false, isInformational: false)
        #expect(exchange.wanted() == [])
        #expect(exchange.endReceived() == [.deliverEnd, .close])
    }

    @Test func informationalHead_isSkipped() {
        var exchange = AgentExchange()
        _ = exchange.requestSent()
        #expect(exchange.headReceived(keepsAlive: true, isInformational: true) == [])
        #expect(exchange.endReceived() == [])
        #expect(exchange.headReceived(keepsAlive: true, isInformational: false) == [.deliverHead])
    }

    @Test func unaskedBytes_areAViolation() {
        var exchange = AgentExchange()
        #expect(exchange.headReceived(keepsAlive: true, isInformational: false) == [.protocolViolation])
        #expect(exchange.state == .closed)
    }

    @Test func requestSent_whileBusy_isAViolation() {
        var exchange = receiving()
        #expect(exchange.requestSent() == [.protocolViolation])
    }
}
