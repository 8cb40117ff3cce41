import Glibc
import Testing

@testable import Shim

@Suite struct HostLoginTests {
    private static let own = "# mine\nssh-rsa AAAA me@home\n\ncommand=\"x\" ssh-ed25519 BBBB dstack-task\n"

    @Test func aTasksKeys_comeAndGo_andEverythingElseStays() throws {
        let login = try #require(HostLogin(user: "root", keys: ["ssh-ed25519 KEY a comment", "ssh-rsa OTHER"]))
        let with = login.added(to: Self.own, task: "t1")
        #expect(with == Self.own + "ssh-ed25519 KEY dstack-task-t1\nssh-rsa OTHER dstack-task-t1\n")
        #expect(login.added(to: with, task: "t1") == with)
        let both = login.added(to: with, task: "t2")
        #expect(HostLogin.removed(from: both, task: "t1") == login.added(to: Self.own, task: "t2"))
        #expect(HostLogin.removed(from: with, task: "t1") == Self.own)
    }

    @Test func aFileWithoutALineEnd_getsOne() throws {
        let login = try #require(HostLogin(user: "root", keys: ["ssh-ed25519 KEY"]))
        #expect(login.added(to: "ssh-rsa AAAA", task: "t") == "ssh-rsa AAAA\nssh-ed25519 KEY dstack-task-t\n")
        #expect(login.added(to: "", task: "t") == "ssh-ed25519 KEY dstack-task-t\n")
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
