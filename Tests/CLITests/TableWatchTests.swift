import Testing

@testable import CLI

/// What `-w` prints where the table cannot be drawn in place.
@Suite struct TableWatchTests {
    static func table(_ rows: [(name: String, status: String, age: String)]) -> Table {
        var table = Table(columns: [.init(title: "NAME"), .init(title: "STATUS"), .init(title: "AGE", isAge: true)])
        for row in rows {
            table.add(StyledText(row.name), StyledText(row.status), StyledText(row.age))
        }
        return table
    }

    @Test func onlyRowsThatChangedAreNews() {
        let shown = Self.table([("one", "running", "now"), ("two", "running", "now")])
        let now = Self.table([("one", "running", "10 sec ago"), ("two", "done", "10 sec ago"), ("three", "-", "now")])
        #expect(
            now.news(since: shown, width: nil).map(\.plain) == [" two    done     10 sec ago", " three  -        now"])
    }

    @Test func anAgeIsNoNews() {
        let shown = Self.table([("one", "running", "now")])
        #expect(Self.table([("one", "running", "10 sec ago")]).news(since: shown, width: nil) == [])
    }
}
