import Testing
import Wire

@testable import Client

/// Which local ports are chosen, over ports that are taken or not permitted.
@Suite struct PortChoiceTests {
    static func choose(
        _ mappings: [String], taken: Set<Int> = [], privileged: Bool = false, leaving left: Set<Int> = []
    ) -> [ForwardedPort] {
        var taken = taken
        return PortChoice.choose(mappings.compactMap(PortMapping.init), leaving: left) { port throws(Never) in
            if port == 0 { return (.done, 61_000) }
            if port < 1024, !privileged { return (.notPermitted, port) }
            return taken.insert(port).inserted ? (.done, port) : (.taken, port)
        }
    }

    static func missed(_ port: Int, _ reason: ForwardedPort.Reason) -> ForwardedPort.Missed {
        .init(port: port, reason: reason)
    }

    @Test func whatIsFree_isAsItWasAskedFor() {
        #expect(
            Self.choose(["8000", "8080:80", "*:9000"]) == [
                .init(local: 8000, remote: 8000), .init(local: 8080, remote: 80), .init(local: 9000, remote: 9000),
            ])
        #expect(Self.choose(["80"], privileged: true) == [.init(local: 80, remote: 80)])
        #expect(Self.choose([]) == [])
    }

    @Test func whatIsTaken_isReplacedByTheNextAndSaid() {
        #expect(
            Self.choose(["8000"], taken: [8000, 8001])
                == [.init(local: 8002, remote: 8000, missed: Self.missed(8000, .taken))])
        // Nobody wished for this one: there is nothing to say.
        #expect(Self.choose(["*:8000"], taken: [8000]) == [.init(local: 8001, remote: 8000)])
    }

    @Test func whatIsNotPermitted_isReplacedByAFamiliarPort() {
        #expect(
            Self.choose(["80", "443"]) == [
                .init(local: 8080, remote: 80, missed: Self.missed(80, .notPermitted)),
                .init(local: 8443, remote: 443, missed: Self.missed(443, .notPermitted)),
            ])
    }

    @Test func whatTheRunListensOnItself_isLeftToIt() {
        #expect(
            Self.choose(["8000", "8001", "9000:8002"], leaving: [8000, 8001, 8002]) == [
                .init(local: 8003, remote: 8000, missed: Self.missed(8000, .theRunsOwn)),
                .init(local: 8004, remote: 8001, missed: Self.missed(8001, .theRunsOwn)),
                .init(local: 9000, remote: 8002),
            ])
    }

    @Test func whatWasAskedFor_comesBeforeWhatMayBeAnything() {
        #expect(
            Self.choose(["*:8000", "8000:9000"]) == [
                .init(local: 8001, remote: 8000), .init(local: 8000, remote: 9000),
            ])
    }

    @Test func aPortThatIsThereTwice_countsOnce() {
        #expect(Self.choose(["8000", "9000:8000"]) == [.init(local: 9000, remote: 8000)])
    }

    @Test func twoThatWantTheSamePort() {
        #expect(
            Self.choose(["7000:8000", "7000:9000"]) == [
                .init(local: 7000, remote: 8000), .init(local: 7001, remote: 9000, missed: Self.missed(7000, .taken)),
            ])
    }

    @Test func whereNoneIsLeftAbove_theSystemChooses() {
        #expect(
            Self.choose(["65535"], taken: [65_535])
                == [.init(local: 61_000, remote: 65_535, missed: Self.missed(65_535, .taken))])
    }

    @Test func realPorts() throws {
        let address = try LocalListener.address(of: "localhost")
        let first = try LocalListener.listen(on: address, port: 0, host: "localhost")
        #expect(first.attempt == .done)
        #expect(try LocalListener.listen(on: address, port: first.port, host: "localhost").attempt == .taken)
        #expect(throws: PortForwardError.self) { try LocalListener.address(of: "no.such.host.invalid") }
        #expect(throws: PortForwardError.self) {
            try LocalListener.listen(on: LocalListener.address(of: "192.0.2.1"), port: 0, host: "192.0.2.1")
        }
    }

    @Test func aBufferSendsWhatIsTaken_inOrder() throws {
        var buffer = SendBuffer()
        buffer.append([1, 2, 3])
        var sent: [UInt8] = []
        var turns = [2, nil, 1, 2]
        func send() throws {
            try buffer.send { bytes in
                guard let count = turns.removeFirst() else { return nil }
                sent += bytes.prefix(count)
                return count
            }
        }
        try send()
        #expect(sent == [1, 2] && !buffer.isEmpty)
        buffer.append([4, 5])
        try send()
        #expect(sent == [1, 2, 3, 4, 5] && buffer.isEmpty)
    }
}
