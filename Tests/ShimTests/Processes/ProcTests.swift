import Glibc
import Testing

@testable import Shim

@Suite struct ProcTests {
    @Test func status_readsNamesWithAnything() {
        let line = "42 (a) b) (c) S 7 42 41 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 98765 1000"
        let status = Proc.status(pid: 42, line: Array(line.utf8))
        #expect(status?.identity == ProcessIdentity(pid: 42, startTicks: 98765))
        #expect(status?.parent == 7)
        #expect(status?.session == 41)
        #expect(status?.isZombie == false)
    }

    @Test func status_ofAShortLine_isNone() {
        #expect(Proc.status(pid: 1, line: Array("1 (x) S 0".utf8)) == nil)
    }

    @Test func isAlive_whenTheNumberWentToAnother_isFalse() throws {
        let own = try #require(Proc.status(of: getpid())?.identity)
        #expect(Proc.isAlive(own))
        #expect(!Proc.isAlive(ProcessIdentity(pid: own.pid, startTicks: own.startTicks + 1)))
    }

    @Test func closure_takesDescendantsAndSessions_notStrangers() {
        func process(_ pid: Int32, parent: Int32, session: Int32, zombie: Bool = false) -> Proc.Status {
            Proc.Status(
                identity: ProcessIdentity(pid: pid, startTicks: 1), parent: parent, session: session,
                isZombie: zombie)
        }
        let table = [
            process(1, parent: 0, session: 1), process(10, parent: 1, session: 10),
            process(11, parent: 10, session: 10), process(12, parent: 1, session: 10),
            process(13, parent: 12, session: 13), process(14, parent: 1, session: 14),
            process(15, parent: 13, session: 13, zombie: true),
        ]
        #expect(MarkedProcesses.closure(of: table) { $0 == 10 } == [10, 11, 12, 13])
        #expect(MarkedProcesses.closure(of: table) { _ in false } == [])
    }
}
