import Testing

@testable import Shim

@Suite struct EndedIDsTests {
    @Test func insert_beyondTheLimit_forgetsTheOldest() {
        var ids = EndedIDs(limit: 3)
        for id in ["a", "b", "b", "c"] { ids.insert(id) }
        #expect(["a", "b", "c"].allSatisfy(ids.contains))
        ids.insert("d")
        #expect(!ids.contains("a"))
        ids.insert("e")
        #expect(!ids.contains("b"))
        #expect(["c", "d", "e"].allSatisfy(ids.contains))
    }
}
