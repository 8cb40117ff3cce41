import Glibc
import Testing

@testable import Shim

@Suite struct HostLoginTests {
    private static let own = Array("# mine\nssh-rsa AAAA me@home\n\ncommand=\"x\" ssh-ed25519 BBBB dstack-task\n".utf8)

    @Test func aTasksKeys_comeAndGo_andEverythingElseStays() throws {
        let login = try #require(HostLogin(user: "root", keys: ["ssh-ed25519 KEY a comment", "ssh-rsa OTHER"]))
        let with = login.added(to: Self.own, task: "t1")
        #expect(with == Self.own + Array("ssh-ed25519 KEY dstack-task-t1\nssh-rsa OTHER dstack-task-t1\n".utf8))
        #expect(login.added(to: with, task: "t1") == with)
        let both = login.added(to: with, task: "t2")
        #expect(HostLogin.removed(from: both, task: "t1") == login.added(to: Self.own, task: "t2"))
        #expect(HostLogin.removed(from: with, task: "t1") == Self.own)
    }

    /// Latin-1 in a comment, lines as in Windows.
    @Test func linesOfAnyBytes_stayAsTheyAre() throws {
        let login = try #require(HostLogin(user: "root", keys: ["ssh-ed25519 KEY"]))
        let own = Array("ssh-rsa AAAA J".utf8) + [0xFC] + Array("rgen\r\nssh-rsa BBBB\r\n".utf8)
        let with = login.added(to: own, task: "t")
        #expect(with == own + Array("ssh-ed25519 KEY dstack-task-t\n".utf8))
        #expect(HostLogin.removed(from: with, task: "t") == own)
    }

    @Test func aFileWithoutALineEnd_getsOne() throws {
        let login = try #require(HostLogin(user: "root", keys: ["ssh-ed25519 KEY"]))
        func added(_ text: String) -> String {
            String(decoding: login.added(to: Array(text.utf8), task: "t"), as: UTF8.self)
        }
        #expect(added("ssh-rsa AAAA") == "ssh-rsa AAAA\nssh-ed25519 KEY dstack-task-t\n")
        #expect(added("") == "ssh-ed25519 KEY dstack-task-t\n")
    }

    @Test(arguments: [
        "", "hello", "command=\"rm\" ssh-ed25519 KEY", "ssh-ed25519", "ssh-ed25519 K\u{7}EY",
    ]) func whatIsNoKey_letsNobodyIn(key: String) {
        #expect(HostLogin(user: "root", keys: [key]) == nil)
    }

    @Test func ofAKeyWithASecondLine_theFirstCounts() {
        #expect(HostLogin(user: "root", keys: ["ssh-ed25519 KEY\nssh-ed25519 EVIL"])?.keys == ["ssh-ed25519 KEY"])
        #expect(HostLogin(user: "", keys: ["ssh-ed25519 KEY"]) == nil)
    }
}
