import Foundation
import Testing

@testable import Shim

@Suite struct VolumeFolderTests {
    private static func mode(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    @Test func aMissingFolder_isMadeForEverybody_andWhatLeadsThereIsNot() throws {
        let base = "/tmp/shim-volumes-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: base) }
        try #require(mkdir(base, 0o700) == 0)
        try VolumeFolder.make(base + "/a/b//c/")
        #expect(Self.mode(base) == 0o700)
        #expect(Self.mode(base + "/a") == 0o755)
        #expect(Self.mode(base + "/a/b") == 0o755)
        #expect(Self.mode(base + "/a/b/c") == 0o777)
        // One that is there stays as it is.
        try VolumeFolder.make(base + "/a/b")
        #expect(Self.mode(base + "/a/b") == 0o755)
    }

    @Test func whatCannotBeMade_isNamed() {
        #expect(throws: ShimError.system(call: "make the directory", subject: "/proc/no", errno: ENOENT)) {
            try VolumeFolder.make("/proc/no/such")
        }
    }
}
