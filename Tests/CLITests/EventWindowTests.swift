import Testing
import Wire

@testable import CLI

@Suite struct EventWindowTests {
    static func event(_ id: String, at second: Int64) -> Event {
        Event(id: id, message: "", recordedAt: Timestamp(microseconds: second * 1_000_000), targets: [])
    }

    /// The ids of the events that are new, in their order.
    static func news(_ events: [Event], _ window: inout EventWindow) -> [String] {
        events.filter { window.isNew($0) }.map(\.id)
    }

    @Test func eachEventIsNewOnce() {
        var window = EventWindow()
        #expect(window.start(isPushed: false) == nil)
        let (a, b) = (Self.event("a", at: 100), Self.event("b", at: 100))
        #expect(Self.news([a, a, b], &window) == ["a", "b"])
        #expect(Self.news([a, b], &window) == [])
    }

    @Test func whatIsOlderThanWhatIsAskedFor_isNotAskedForLater() {
        let since = Timestamp(microseconds: 100_000_000)
        var window = EventWindow(since: since)
        for isPushed in [true, false] { #expect(window.start(isPushed: isPushed)?.time == since) }
        #expect(window.start(isPushed: true)?.id == nil)
        #expect(Self.news([Self.event("a", at: 110)], &window) == ["a"])
        #expect(window.start(isPushed: false)?.time == since)
        #expect(Self.news([Self.event("b", at: 150)], &window) == ["b"])
        #expect(window.start(isPushed: false)?.time == Timestamp(microseconds: 130_000_000))
    }

    @Test func anEventThatComesLateIsNewAndDoesNotMoveTheWindowBack() {
        var window = EventWindow()
        let (late, last) = (Self.event("late", at: 105), Self.event("last", at: 110))
        #expect(Self.news([last], &window) == ["last"])
        #expect(window.start(isPushed: false)?.time == Timestamp(microseconds: 90_000_000))
        #expect(Self.news([late, last, late], &window) == ["late"])
        #expect(window.start(isPushed: true)?.id == "last")
    }

    @Test func whatIsNotAskedForAgainIsForgotten() {
        var window = EventWindow()
        let events = (0..<10_000).map { Self.event("\($0)", at: Int64($0)) }
        #expect(Self.news(events, &window).count == 10_000)
        #expect(window.known.count <= 257)
        #expect(Self.news(Array(events.suffix(20)), &window) == [])
    }
}
