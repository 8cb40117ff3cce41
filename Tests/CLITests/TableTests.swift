import Testing

@testable import CLI

@Suite struct TableTests {
    static func table() -> Table {
        var table = Table(columns: [
            .init(title: "NAME", style: .bold, wraps: false), .init(title: "RESOURCES"),
            .init(title: "D", isCentred: true),
        ])
        table.add(["NAME": "hello", "RESOURCES": "cpu=2 mem=8GB disk=100GB", "D": "✓"])
        table.add(["NAME": "a-much-longer-name", "RESOURCES": "-"])
        return table
    }

    static func text(_ table: Table, width: Int?) -> [String] {
        table.lines(width: width).map(\.plain)
    }

    @Test func withoutALimitEachCellHasItsRoom() {
        #expect(
            Self.text(Self.table(), width: nil) == [
                " NAME                RESOURCES                 D",
                " hello               cpu=2 mem=8GB disk=100GB  ✓",
                " a-much-longer-name  -",
            ])
    }

    @Test func whereItIsNarrowColumnsThatMayWrapGiveWayFirst() {
        #expect(
            Self.text(Self.table(), width: 40) == [
                " NAME                RESOURCES        D",
                " hello               cpu=2 mem=8GB    ✓",
                "                     disk=100GB",
                " a-much-longer-name  -",
            ])
    }

    @Test func whereItIsNarrowerStillTheOthersAreCut() {
        let lines = Self.text(Self.table(), width: 24)
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= 24 })
        #expect(lines.contains { $0.contains("a-much-lo") && $0.contains("…") })
    }

    @Test(arguments: 1...60) func noLineIsWiderThanTheTerminal(width: Int) {
        // Each column keeps one column of text and its two blanks.
        let lines = Self.text(Self.table(), width: width)
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= max(width, 9) })
    }

    @Test func wideCharactersTakeTwoColumns() {
        var table = Table(columns: [.init(title: "A"), .init(title: "B")])
        table.add("日本", "x")
        #expect(Self.text(table, width: nil) == [" A     B", " 日本  x"])
    }

    @Test func coloursAreAroundTheText() {
        var table = Table(columns: [.init(title: "A", style: .secondary)])
        table.add(StyledText("done", Style(colour: .seaGreen, isBold: true)))
        let lines = table.lines(width: nil)
        #expect(lines.map { $0.rendered(.none) } == [" A", " done"])
        #expect(lines.map { $0.rendered(.full) } == [" \u{1B}[1mA\u{1B}[0m", " \u{1B}[1;38;5;78mdone\u{1B}[0m"])
        #expect(lines[1].rendered(.sixteen) == " \u{1B}[1;32mdone\u{1B}[0m")
    }

    @Test(arguments: [
        (true, ["TERM": "xterm-256color"], Palette.full), (true, ["TERM": "xterm"], .sixteen),
        (true, ["TERM": "xterm", "COLORTERM": "truecolor"], .full), (true, ["TERM": "dumb"], .none),
        (true, ["TERM": "xterm-256color", "NO_COLOR": "1"], .none),
        (true, ["TERM": "xterm-256color", "NO_COLOR": ""], .full), (false, ["TERM": "xterm-256color"], .none),
    ]) func paletteOfAnOutput(isTerminal: Bool, environment: [String: String], palette: Palette) {
        #expect(Palette(isTerminal: isTerminal, environment: environment) == palette)
    }
}
