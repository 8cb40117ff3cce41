import Foundation
import Testing

@testable import Runner

@Suite struct PassageTests {
    private static func user(_ uid: UInt32, groups: [UInt32] = []) -> JobUser {
        JobUser(uid: uid, gid: uid, groups: groups, name: nil, home: "/")
    }

    @Test func obstacle_isTheUppermostFolder_thatDoesNotLetTheUserPass() throws {
        let top = NSTemporaryDirectory() + "passage-" + UUID().uuidString
        let (middle, inner) = (top + "/middle", top + "/middle/inner")
        try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
        defer {
            // The scratch folder is a test's own; what is left of it hinders nobody.
            try? FileManager.default.removeItem(atPath: top)
        }
        #expect(chmod(top, 0o711) == 0 && chmod(middle, 0o710) == 0 && chmod(inner, 0o700) == 0)
        let group = try #require(
            try FileManager.default.attributesOfItem(atPath: middle)[.groupOwnerAccountID] as? NSNumber)
        let stranger = Self.user(54_321)
        #expect(Passage.obstacle(above: inner, for: stranger) == middle)
        #expect(Passage.obstacle(above: middle, for: stranger) == nil)
        #expect(Passage.obstacle(above: inner, for: Self.user(54_321, groups: [group.uint32Value])) == nil)
        #expect(Passage.obstacle(above: inner, for: Self.user(0)) == nil)
    }
}
