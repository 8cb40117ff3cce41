import Glibc
import Testing

@testable import Runner

@Suite struct RoomWaitTests {
    @Test func fullDisk_isWaitedFor() throws {
        var failures = [ENOSPC, EDQUOT]
        var room = RoomWait(isPatient: true)
        let value = try room.retrying { () throws(SystemError) -> Int in
            if let code = failures.popLast() { throw SystemError("write 'x'", code: code) }
            return 1
        }
        #expect(value == 1)
    }

    @Test(arguments: [(true, EIO), (false, ENOSPC)])
    func otherErrors_andTheRunnersOwnLog_doNotWait(isPatient: Bool, code: Int32) {
        var room = RoomWait(isPatient: isPatient)
        #expect(throws: SystemError("write 'x'", code: code)) {
            try room.retrying { () throws(SystemError) in throw SystemError("write 'x'", code: code) }
        }
    }
}
