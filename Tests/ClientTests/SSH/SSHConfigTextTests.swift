import Testing

@testable import Client

@Suite struct SSHConfigTextTests {
    private static let settings = [(name: "HostName", value: "a"), (name: "Port", value: "10022")]
    private static let foreign = "Host official\n    HostName localhost\n    ProxyJump official-host\n"

    @Test func host_isSetBehindTheOthers_andGoesWithItsAttachment() {
        var text = SSHConfigText(Self.foreign)
        text.attach("run", Self.settings, mark: "1-1")
        #expect(text.text == Self.foreign + "Host run\n    # attached: 1-1\n    HostName a\n    Port 10022\n")
        text.detach("run", mark: "1-1")
        #expect(text.text == Self.foreign)
    }

    @Test func host_staysForTheOtherAttachment() {
        var text = SSHConfigText("")
        text.attach("run", Self.settings, mark: "1-1")
        text.attach("run", Self.settings, mark: "2-1")
        #expect(text.hosts == ["run"])
        #expect(text.marks(of: "run") == ["1-1", "2-1"])
        text.detach("run", mark: "1-1")
        #expect(text.marks(of: "run") == ["2-1"])
        text.detach("run", mark: "2-1")
        #expect(text.hosts.isEmpty)
    }

    @Test func host_thatAnotherClientWrote_isLeft() {
        var text = SSHConfigText(Self.foreign)
        text.detach("official", mark: "1-1")
        text.prune { _ in false }
        #expect(text.text == Self.foreign)
    }

    @Test func attachments_thatEndedWithoutAWord_arePruned() {
        var text = SSHConfigText("")
        text.attach("one", Self.settings, mark: "1-1")
        text.attach("two", Self.settings, mark: "1-2")
        text.attach("two", Self.settings, mark: "2-1")
        text.prune { $0.hasPrefix("2-") }
        #expect(text.hosts == ["two"])
        #expect(text.marks(of: "two") == ["2-1"])
    }

    @Test func whatIsNoUTF8_staysAsItIs() {
        let own = Array("# caf".utf8) + [0xE9] + Array("\r\nHost b".utf8) + [0xFC] + Array("cher\n\tUser x\n".utf8)
        var text = SSHConfigText(own)
        text.include("/config")
        text.attach("run", Self.settings, mark: "1-1")
        text.prune { _ in false }
        #expect(text.bytes == Array("Include /config\n".utf8) + own)
    }

    @Test func include_isPutOnTop_once() {
        var text = SSHConfigText("Host *\n    User me\n")
        text.include("/home/me/.dstack/ssh/config")
        text.include("/home/me/.dstack/ssh/config")
        #expect(text.text == "Include /home/me/.dstack/ssh/config\nHost *\n    User me\n")
    }
}

extension SSHConfigText {
    fileprivate init(_ text: String) { self.init(Array(text.utf8)) }

    fileprivate var text: String { String(decoding: bytes, as: UTF8.self) }
}
