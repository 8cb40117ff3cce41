import Testing
import Wire

@testable import CLI

@Suite struct TextTests {
    static let now = Timestamp(microseconds: 1_800_000_000_000_000)

    @Test(arguments: [
        (0, "now"), (9, "now"), (10, "10 sec ago"), (59, "59 sec ago"), (60, "1 min ago"), (119, "1 min ago"),
        (120, "2 mins ago"), (3599, "60 mins ago"), (3600, "1 hour ago"), (7200, "2 hours ago"),
        (86_400, "yesterday"), (3 * 86_400, "3 days ago"), (8 * 86_400, "1 week ago"), (20 * 86_400, "3 weeks ago"),
        (60 * 86_400, "2 months ago"), (400 * 86_400, "1 year ago"), (-5, ""),
    ]) func ago(seconds: Int, text: String) {
        #expect(TimeText.ago(Self.now.advanced(by: .seconds(-seconds)), now: Self.now) == text)
    }

    @Test(arguments: [
        (0, "0s"), (59, "59s"), (300, "5m"), (3600, "1h"), (5400, "90m"), (86_400, "1d"), (604_800, "1w"),
    ])
    func duration(seconds: Int, text: String) {
        #expect(TimeText.duration(seconds) == text)
    }

    @Test(arguments: [(0.0, "$0"), (1.5, "$1.5"), (0.01234, "$0.0123"), (12, "$12")])
    func price(price: Double, text: String) {
        #expect(PriceText.of(price) == text)
    }

    @Test func backends() {
        #expect(BackendText.of(.remote, region: "local") == "local")
        #expect(BackendText.of(.remote, region: "remote") == "ssh (remote)")
        #expect(BackendText.of(.aws, region: "eu-west-1") == "aws (eu-west-1)")
        #expect(BackendText.of(nil, region: nil) == "-")
    }

    @Test func resourcesThatAreAskedFor() {
        #expect(ResourcesText.of(ResourcesSpec()) == "cpu=2.. mem=8GB.. disk=100GB.. gpu=0..")
        let spec = ResourcesSpec(
            cpu: CPUSpec(arch: .arm, count: CountRange(exactly: 4)),
            memory: MemoryRange(exactly: Memory(gigabytes: 0.5)),
            gpu: GPUSpec(
                name: ["A100", "H100"], count: CountRange(exactly: 2), memory: MemoryRange(min: Memory(gigabytes: 40))),
            disk: nil)
        #expect(ResourcesText.of(spec) == "cpu=arm:4 mem=0.5GB gpu=A100,H100:40GB..:2")
    }

    @Test func resourcesThatAreThere() {
        let resources = Resources(
            cpus: 8, memoryMib: 24_064, gpus: [Gpu(name: "A100", memoryMib: 40_960)], spot: true,
            disk: Disk(sizeMib: 102_400), cpuArch: .x86)
        #expect(
            ResourcesText.of(resources, showsSpot: true) == "cpu=x86:8 mem=23.5GB disk=100GB gpu=A100:40GB:1 (spot)")
        #expect(ResourcesText.gpusOnly(resources) == "gpu=A100:40GB:1")
    }

    @Test(arguments: [
        ([], ""), (["a"], "a"), (["a b", "c"], "'a b' c"), (["it's"], "'it'\"'\"'s'"), ([""], "''"),
        (["$HOME"], "'$HOME'"),
    ]) func shellWords(words: [String], text: String) {
        #expect(ShellWords.join(words) == text)
    }

    @Test(arguments: [
        ("echo ${{ run.args }}", "echo --x 1"), ("echo ${{run.args}} $HOME", "echo --x 1 $HOME"), ("a $$ b", "a $ b"),
        ("${{ secrets.TOKEN }}", "${{ secrets.TOKEN }}"), ("plain", "plain"), ("$", "$"),
    ]) func commandTemplates(command: String, filled: String) throws {
        #expect(try CommandTemplate.fill(command, arguments: "--x 1") == filled)
    }

    @Test(arguments: ["${{ nothing.known }}", "${{ run.args"]) func referencesToNothing(command: String) {
        #expect(throws: CommandTemplate.Failure.self) { try CommandTemplate.fill(command, arguments: "") }
    }

    @Test func indentedJSON() {
        let text = String(
            decoding: IndentedJSON.make(Array(#"{"a":[1,2],"b":{},"c":"x:{\"","d":[]}"#.utf8)), as: UTF8.self)
        #expect(
            text == """
                {
                  "a": [
                    1,
                    2
                  ],
                  "b": {},
                  "c": "x:{\\"",
                  "d": []
                }
                """)
    }

    @Test func lineEndsForATerminal() {
        #expect(LineEnds.withoutCarriageReturns(Array("a\r\nb\rc\r\n".utf8)) == Array("a\nb\rc\n".utf8))
    }
}
