import Testing

@testable import HTTPClient

@Suite struct CurlTransferMachineTests {
    typealias Machine = CurlTransferMachine

    static let head = Machine.Head(status: 200, headers: [:])
    static let lost = HTTPError(.connectionLost)

    static func streaming() -> Machine {
        var machine = Machine()
        #expect(machine.headArrived(head) == [.head(head)])
        return machine
    }

    @Test func headArrived_whenAwaitingHead_givesTheHead() {
        #expect(Self.streaming().phase == .streaming)
    }

    @Test func headArrived_whenStreamingOrEnded_isATrailer() {
        var machine = Self.streaming()
        #expect(machine.headArrived(Self.head) == [])
        _ = machine.finished(nil)
        #expect(machine.headArrived(Self.head) == [])
        #expect(machine.phase == .ended(nil))
    }

    @Test func dataArrived_whenNobodyReads_isKeptInOrder() {
        var machine = Self.streaming()
        #expect(machine.dataArrived([1]).actions == [])
        #expect(machine.dataArrived([2]).accepted)
        #expect(machine.pull() == [.deliver([1])])
        #expect(machine.pull() == [.deliver([2])])
        #expect(machine.pull() == [])
        #expect(machine.readerWaits)
    }

    @Test func dataArrived_whenTheReaderWaits_goesToTheReader() {
        var machine = Self.streaming()
        #expect(machine.pull() == [])
        #expect(machine.dataArrived([7]).actions == [.deliver([7])])
        #expect(!machine.readerWaits)
    }

    @Test func dataArrived_whenTheBufferIsFull_pausesUntilHalfIsRead() {
        var machine = Self.streaming()
        let half = [UInt8](repeating: 0, count: Machine.bufferLimitBytes / 2)
        #expect(machine.dataArrived(half).accepted)
        #expect(machine.dataArrived(half).accepted)
        #expect(!machine.dataArrived([1]).accepted)
        #expect(machine.isPaused)
        #expect(machine.pull() == [.deliver(half), .resume])
        #expect(!machine.isPaused)
        #expect(machine.dataArrived([1]).accepted)
    }

    @Test func dataArrived_whenEnded_isDropped() {
        var machine = Self.streaming()
        _ = machine.cancel()
        #expect(machine.dataArrived([1]).accepted)
        #expect(machine.buffer.isEmpty)
    }

    @Test func finished_whenAwaitingHead_failsTheSender() {
        var machine = Machine()
        #expect(machine.finished(Self.lost) == [.failHead(Self.lost)])
        var silent = Machine()
        #expect(silent.finished(nil) == [.failHead(HTTPError(.connectionLost, detail: "no response"))])
    }

    @Test func finished_whenTheReaderWaits_endsOrFailsTheBody() {
        var machine = Self.streaming()
        _ = machine.pull()
        #expect(machine.finished(nil) == [.deliver(nil)])
        var broken = Self.streaming()
        _ = broken.pull()
        #expect(broken.finished(Self.lost) == [.failReader(Self.lost)])
    }

    @Test func finished_whenPiecesAreUnread_comesAfterThem() {
        var machine = Self.streaming()
        _ = machine.dataArrived([1])
        #expect(machine.finished(Self.lost) == [])
        #expect(machine.pull() == [.deliver([1])])
        #expect(machine.pull() == [.failReader(Self.lost)])
        #expect(machine.pull() == [.failReader(Self.lost)])
    }

    @Test func cancel_inEachPhase() {
        let cancelled = HTTPError(.cancelled)
        var fresh = Machine()
        #expect(fresh.cancel() == [.failHead(cancelled), .abort])
        var reading = Self.streaming()
        _ = reading.pull()
        #expect(reading.cancel() == [.failReader(cancelled), .abort])
        var idle = Self.streaming()
        _ = idle.dataArrived([1])
        #expect(idle.cancel() == [.abort])
        #expect(idle.pull() == [.failReader(cancelled)])
        #expect(idle.cancel() == [])
        #expect(idle.finished(nil) == [])
    }
}
