import CLinux
import Glibc

/// Something whose descriptor the loop watches.
protocol Watched: AnyObject {
    /// The descriptor can be read, written, or has ended.
    func happened(_ events: UInt32, in core: LoopCore)
}

/// Something that has work to do now.
protocol Workable: AnyObject {
    var isQueued: Bool { get set }
    /// Does a bounded piece of it.
    ///
    /// - Returns: whether more can be done at once.
    func work(_ core: LoopCore) -> Bool
}

/// What the loop's thread holds; nothing of it leaves that thread.
final class LoopCore {
    /// How much is read at once. One buffer serves all channels, so an idle one costs none.
    static let bufferSize = 256 << 10

    let buffer = UnsafeMutableRawPointer.allocate(byteCount: bufferSize, alignment: 16)
    let loop: SSHLoop
    var isStopping = false
    private(set) var sessions: [UInt: SessionCore] = [:]
    /// Connections that are being made.
    var dials: [UInt: TCPDial] = [:]

    private struct Alarm {
        var moment: UInt64
        let fire: (LoopCore) -> Void
        let isOver: () -> Bool
    }

    private var poller: Poller
    private var watched: [UInt: any Watched] = [:]
    /// 0 is the loop's own.
    private var lastToken: UInt = 0
    private var queue: [any Workable] = []
    private var alarms: [Alarm] = []
    private var nextAlarm = UInt64.max
    private var alarmsToPrune = 256

    init(poller: Poller, loop: SSHLoop) {
        self.poller = poller
        self.loop = loop
    }

    deinit {
        buffer.deallocate()
    }

    // MARK: Descriptors, work, time

    /// Tells `watcher` of each change of the descriptor from now on; nil where the system cannot.
    func watch(_ file: Int32, by watcher: any Watched) -> UInt? {
        lastToken += 1
        let token = lastToken
        guard poller.add(file, token: token) else { return nil }
        watched[token] = watcher
        return token
    }

    /// To be called before the descriptor is closed.
    func unwatch(_ token: UInt, _ file: Int32) {
        watched[token] = nil
        poller.remove(file)
    }

    /// Lets `item` work in this turn, after those that are queued already.
    func enqueue(_ item: any Workable) {
        if item.isQueued { return }
        item.isQueued = true
        queue.append(item)
    }

    /// Calls `fire` at that moment, unless `isOver` by then.
    func at(_ moment: UInt64, fire: @escaping (LoopCore) -> Void, isOver: @escaping () -> Bool) {
        alarms.append(Alarm(moment: moment, fire: fire, isOver: isOver))
        nextAlarm = min(nextAlarm, moment)
        if alarms.count > alarmsToPrune {
            alarms.removeAll { $0.isOver() }
            alarmsToPrune = max(256, alarms.count * 2)
        }
    }

    func add(_ session: SessionCore) {
        sessions[session.number] = session
    }

    func remove(_ session: SessionCore) {
        sessions[session.number] = nil
    }

    // MARK: The thread's life

    func run() {
        while !isStopping {
            for command in loop.takeCommands() { command(self) }
            waitForEvents()
            ringAlarms()
            workOff()
        }
        for command in loop.closeMailbox() { command(self) }
        for dial in Array(dials.values) { dial.abandon(self) }
        for session in Array(sessions.values) { session.end(.shutDown, in: self) }
        for alarm in alarms where !alarm.isOver() { alarm.fire(self) }
        poller.close()
    }

    private func waitForEvents() {
        var happened: [(any Watched, UInt32)] = []
        poller.wait(milliseconds: waitTime()) { [watched, loop] token, events in
            if token == 0 {
                loop.resetWake()
            } else if let watcher = watched[token] {
                happened.append((watcher, events))
            }
        }
        for (watcher, events) in happened { watcher.happened(events, in: self) }
    }

    private func waitTime() -> Int32 {
        if isStopping || !queue.isEmpty { return 0 }
        if nextAlarm == .max { return -1 }
        let now = Ticks.now()
        if nextAlarm <= now { return 0 }
        // Rounded up, so that the alarm is due when the wait is over.
        return Int32(min((nextAlarm - now) / 1_000_000 + 1, 3_600_000))
    }

    private func ringAlarms() {
        if nextAlarm == .max { return }
        let now = Ticks.now()
        if now < nextAlarm { return }
        let due = alarms.filter { $0.moment <= now }
        alarms.removeAll { $0.moment <= now || $0.isOver() }
        nextAlarm = alarms.map(\.moment).min() ?? .max
        for alarm in due where !alarm.isOver() { alarm.fire(self) }
    }

    /// Everybody who has work does a piece; who has more comes again in the next turn, after the descriptors.
    private func workOff() {
        let turn = queue
        queue = []
        for item in turn { item.isQueued = false }
        for item in turn where item.work(self) { enqueue(item) }
    }
}
