import Testing

@testable import Server

/// Who is killed when, for tests of how actors come back.
@Suite struct ActorKillerTests {
    private static func victims(of count: Int, in tries: Int = 2400) throws -> [Int] {
        var plan = try #require(ActorKiller.Plan("7:120"))
        return (0..<tries).compactMap { _ in plan.next(of: count) }
    }

    @Test func fewActors_areKilledAsRarelyAsOneOfACrowd() throws {
        #expect(try Self.victims(of: 0).isEmpty)
        let few = try Self.victims(of: 3)
        #expect(Set(few) == [0, 1, 2])
        #expect((200...400).contains(few.count))
    }

    @Test func ofACrowd_somebodyIsKilledEachTime() throws {
        let many = try Self.victims(of: 40)
        #expect(many.count == 2400)
        #expect(Set(many) == Set(0..<40))
    }

    @Test func plan_isReadFromSeedAndMilliseconds() {
        #expect(ActorKiller.Plan("7:120")?.interval == .milliseconds(120))
        for text in ["", "7", "7:", "x:120", "7:0", "7:120:1"] { #expect(ActorKiller.Plan(text) == nil) }
    }
}
