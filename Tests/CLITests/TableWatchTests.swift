import Testing

@testable import CLI

@Suite struct TableWatchTests {
    @Test func theFirstTableIsNewAsAWhole() {
        #expect(TableWatch.news(in: ["NAME", "one"], since: []) == ["NAME", "one"])
    }

    @Test func laterOnlyRowsThatChangedAreNew() {
        let shown: [StyledText] = ["NAME  STATUS", "one   running", "two   running"]
        let now: [StyledText] = ["NAME  STATUS!", "one   running", "two   done", "three submitted"]
        #expect(TableWatch.news(in: now, since: shown) == ["two   done", "three submitted"])
        #expect(TableWatch.news(in: now, since: now) == [])
    }
}
