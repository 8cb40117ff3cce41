import AgentServer
import Testing

@testable import Runner

/// Small functions without a system below them.
struct PureTests {
    @Test(arguments: [
        ("5000\n", "anon 3000\ninactive_file 1200\nactive_file 800\n", "inactive_file", 5000, 3800),
        ("5000\n", "inactive_file 9\ntotal_inactive_file 1000\n", "total_inactive_file", 5000, 4000),
        ("100\n", "inactive_file 1200\n", "inactive_file", 100, 0), ("100\n", "", "inactive_file", 100, 100),
    ])
    func memoryOfAContainer_isReadFromItsControlGroup(
        usage: String, stat: String, field: String, all: Int, workingSet: Int
    ) throws {
        let memory = try #require(MemoryUsage(usage: usage, stat: stat, field: field))
        #expect(memory.all == all)
        #expect(memory.workingSet == workingSet)
        #expect(MemoryUsage(usage: "max", stat: stat, field: field) == nil)
    }

    @Test func options_areRead() throws {
        let options = try StartOptions.parse(
            ["--log-level", "debug", "start", "--temp-dir=rel/x", "--http-port", "0", "--ssh-port", "10022"],
            currentDirectory: "/here")
        #expect(options.tempDirectory == "/here/rel/x")
        #expect(options.logLevel == .debug)
        #expect(options.listenAddress == .tcp(host: "", port: 0))
        #expect(options.workDirectory == "/here")
        let process = try StartOptions.parse(["start", "--listen-fd", "3"], currentDirectory: "/here")
        #expect(process.listenAddress == .descriptor(3))
        #expect(process.workDirectory == "/tmp/runner/work")
    }

    @Test(arguments: [
        ([], "the command 'start' is missing"), (["start", "--nope", "1"], "unknown option '--nope'"),
        (["start", "--http-port"], "'--http-port' needs a value"),
        (["start", "--http-port", "70000"], "'--http-port 70000': a whole number from 0 to 65535 is expected"),
        (["start", "now"], "unexpected argument 'now'"),
        (["start", "--log-level", "loud"], "'loud' is not a log level; use error, warning, info or debug"),
    ])
    func badOptions_areRefusedInWords(_ arguments: [String], _ words: String) {
        #expect(throws: UsageError(words)) {
            try StartOptions.parse(arguments, currentDirectory: "/")
        }
    }

    @Test(arguments: [
        ("plain text\r\n", "plain text\r\n"), ("\u{1b}[31mred\u{1b}[0m", "red"), ("a\u{1b}]0;title\u{07}b", "ab"),
        ("a\u{1b}]8;;http://x\u{1b}\\link", "alink"), ("\u{1b}(Bx\u{1b}=y\u{1b}Mz", "xyz"), ("\u{1b}[2K\r50%", "\r50%"),
        ("\u{1b}\u{1b}[1mx", "x"),
    ])
    func terminalText_losesItsSequences_whereverItIsCut(_ written: String, _ text: String) {
        var whole = TerminalText()
        #expect(String(decoding: whole.strip(Array(written.utf8)), as: UTF8.self) == text)
        var single = TerminalText()
        let bytes = written.utf8.flatMap { single.strip([$0]) }
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test func sequenceWithoutEnd_hidesOnlySoMuch() {
        var text = TerminalText()
        let rest = text.strip(Array("\u{1b}]".utf8) + [UInt8](repeating: 97, count: 10_000))
        #expect(rest.count > 5_000 && rest.count < 6_000)
    }

    @Test func quota_countsByTheHour() {
        let start = ContinuousClock.now
        var quota = LogQuota(bytesPerHour: 10, start: start)
        func allows(_ bytes: Int, after seconds: Int) -> Bool {
            quota.allows(bytes, at: start.advanced(by: .seconds(seconds)))
        }
        #expect(allows(6, after: 0))
        #expect(!allows(5, after: 0))
        #expect(allows(4, after: 3599))
        #expect(!allows(1, after: 3599))
        #expect(allows(10, after: 3600))
        quota = LogQuota(bytesPerHour: 0, start: start)
        #expect(allows(.max, after: 0))
    }

    @Test func processStat_survivesStrangeNames() {
        let fields = ["S", "42"] + (3...30).map(String.init)
        let stat = ProcessStat(text: Array(("7 (a) b (c)) " + fields.joined(separator: " ")).utf8))
        #expect(stat?.parent == 42)
        #expect(stat?.state == UInt8(ascii: "S"))
        #expect(stat?.cpuTicks == 12 + 13 + 14 + 15)
        #expect(stat?.residentPages == 22)
        #expect(ProcessStat(text: Array("nonsense".utf8)) == nil)
    }

    @Test func stopBody_tellsNullFromNothing() throws {
        #expect(try StopBody.grace(.init()) == .ofJob)
        #expect(try StopBody.grace(.init(string: "{}")) == .ofJob)
        #expect(try StopBody.grace(.init(string: #"{"timeout":null}"#)) == .unlimited)
        #expect(try StopBody.grace(.init(string: #"{"timeout":0}"#)) == .seconds(0))
    }
}
