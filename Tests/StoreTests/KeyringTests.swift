import Foundation
import Testing

@testable import Store

@Suite struct KeyringTests {
    @Test func open_givesWhatWasSealed_byAnyOfTheKeys() throws {
        let old = Keyring.Key.random(id: "old")
        let new = Keyring.Key.random(id: "new")
        let sealed = try Keyring(keys: [old]).seal(Array("value".utf8))
        #expect(try Keyring(keys: [new, old]).open(sealed) == Array("value".utf8))
        #expect(throws: StoreError.corrupt("a value was sealed with key 'old', which is not configured")) {
            try Keyring(keys: [new]).open(sealed)
        }
    }

    @Test func open_whatWasDamaged_isCorrupt() throws {
        let keyring = try Keyring(keys: [.random(id: "k")])
        let sealed = try keyring.seal(Array("value".utf8))
        // The key's name, at 2, is only where to look first.
        for index in sealed.indices where index != 2 {
            var damaged = sealed
            damaged[index] ^= 1
            #expect(throws: StoreError.self) { try keyring.open(damaged) }
        }
        #expect(throws: StoreError.self) { try keyring.open([]) }
        #expect(throws: StoreError.self) { try keyring.open(Array(sealed.prefix(5))) }
    }

    @Test func open_byAKeyThatWasRenamed() throws {
        let secret = [UInt8](repeating: 7, count: 32)
        let sealed = try Keyring(keys: [.init(id: "before", secret: secret)]).seal(Array("value".utf8))
        let keyring = try Keyring(keys: [.random(id: "other"), .init(id: "after", secret: secret)])
        #expect(try keyring.open(sealed) == Array("value".utf8))
    }

    @Test func load_makesAFile_thatOnlyItsOwnerReads() throws {
        let path = NSTemporaryDirectory() + "key-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let sealed = try Keyring.load(path: path).seal([1, 2, 3])
        #expect(try Keyring.load(path: path).open(sealed) == [1, 2, 3])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func load_whatIsNoKey_isRefused() throws {
        let path = NSTemporaryDirectory() + "key-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try "nothing".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: StoreError.corrupt("'\(path)' holds no encryption key")) { try Keyring.load(path: path) }
    }
}
