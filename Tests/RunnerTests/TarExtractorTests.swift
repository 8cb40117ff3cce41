import Glibc
import Testing

@testable import Runner

/// Archives, as tools write them and as an attacker would.
struct TarExtractorTests {
    private static let nobody = Folder.Owner(uid: 0, gid: 0, applies: false)

    private static func extract(_ archive: [UInt8], into root: String, rename: String? = nil) throws {
        let path = root + ".tar"
        try Scratch.write(archive, to: path)
        defer { unlink(path) }
        try TarExtractor(root: root, owner: nobody, rename: rename).extract(path)
    }

    @Test(arguments: ["ustar", "gnu", "pax", "v7"])
    func archive_ofEachFormat_isUnpacked(_ format: String) async throws {
        try await Scratch.with { root in
            let long = format == "v7" ? "short" : String(repeating: "l", count: 90)
            let made = try Scratch.shell(
                """
                mkdir -p \(root)/in/top/sub/\(long) \(root)/out && cd \(root)/in && echo data > top/sub/\(long)/f && \
                printf x > top/run && chmod 750 top/run && ln -s sub top/link && \
                tar --format=\(format) -cf \(root)/a.tar top
                """)
            #expect(made == .exited(0))
            try TarExtractor(root: root + "/out", owner: Self.nobody, rename: nil).extract(root + "/a.tar")
            #expect(try Scratch.shell("diff -r \(root)/in \(root)/out") == .exited(0))
            #expect(Scratch.mode(root + "/out/top/run").map { $0 & 0o777 } == 0o750)
            #expect(Scratch.mode(root + "/out/top/link").map { $0 & S_IFMT } == S_IFLNK)
        }
    }

    @Test func firstPart_isRenamed_andWhatBoreTheNameGoes() async throws {
        try await Scratch.with { root in
            var tar = TarBuilder()
            tar.add("dir/", type: "5", mode: 0o755)
            tar.add("dir/file", content: Array("new".utf8))
            #expect(
                try Scratch.shell("mkdir -p \(root)/data/old; touch \(root)/data/old/x \(root)/beside") == .exited(0))
            try Self.extract(tar.archive, into: root, rename: "data")
            #expect(try SmallFile.read(root + "/data/file") == "new")
            #expect(Scratch.mode(root + "/data/old") == nil)
            #expect(Scratch.mode(root + "/beside") != nil)
        }
    }

    @Test func singleFile_getsItsName() async throws {
        try await Scratch.with { root in
            var tar = TarBuilder()
            tar.add("input.csv", content: Array("1,2".utf8))
            try Self.extract(tar.archive, into: root, rename: "data.csv")
            #expect(try SmallFile.read(root + "/data.csv") == "1,2")
        }
    }

    @Test(arguments: [
        ("../evil", "0", "", "leaves its tree"), ("a/../../evil", "0", "", "leaves its tree"),
        ("/tmp/evil", "0", "", "absolute path"), ("a/link", "2", "/etc/passwd", "absolute path"),
        ("a/link", "2", "../../evil", "outside its tree"), ("link", "2", "..", "outside its tree"),
        ("a/hard", "1", "/etc/passwd", "absolute path"), ("a/hard", "1", "../x", "leaves its tree"),
        ("a/pipe", "6", "", "neither file nor link"), ("a/device", "3", "", "neither file nor link"),
    ])
    func evilEntry_isRefused(_ path: String, _ type: String, _ target: String, _ words: String) async throws {
        try await Scratch.with { root in
            var tar = TarBuilder()
            tar.add(path, type: Character(type), content: type == "0" ? [1] : [], target: target)
            let error = #expect(throws: JobFailure.self) { try Self.extract(tar.archive, into: root) }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
    }

    @Test func entryBelowALink_isRefused() async throws {
        try await Scratch.with { root in
            var tar = TarBuilder()
            tar.add("a/", type: "5", mode: 0o755)
            tar.add("b", type: "2", target: "a")
            tar.add("b/evil", content: [1])
            #expect(throws: JobFailure.self) { try Self.extract(tar.archive, into: root) }
            #expect(Scratch.mode(root + "/a/evil") == nil)
        }
    }

    @Test func link_underANewName_mayNotLeaveTheTree() async throws {
        try await Scratch.with { root in
            var tar = TarBuilder()
            tar.add("dir/link", type: "2", target: "../beside")
            #expect(throws: JobFailure.self) { try Self.extract(tar.archive, into: root, rename: "data") }
            var good = TarBuilder()
            good.add("dir/sub/link", type: "2", target: "../file")
            try Self.extract(good.archive, into: root, rename: "data")
            #expect(Scratch.mode(root + "/data/sub/link") != nil)
        }
    }

    @Test func setIDBits_areNotGranted() async throws {
        try await Scratch.with { root in
            var tar = TarBuilder()
            tar.add("run", content: [1], mode: 0o4755)
            try Self.extract(tar.archive, into: root)
            #expect(Scratch.mode(root + "/run").map { $0 & 0o7777 } == 0o755)
        }
    }

    @Test func cutOrDamagedArchive_isRefused() async throws {
        try await Scratch.with { root in
            var tar = TarBuilder()
            tar.add("file", content: [UInt8](repeating: 7, count: 2000))
            #expect(throws: JobFailure("the archive is cut off")) {
                try Self.extract(Array(tar.bytes.prefix(1000)), into: root)
            }
            #expect(throws: JobFailure("the archive is not a tar file, or is damaged")) {
                try Self.extract([UInt8](repeating: 1, count: 1024), into: root)
            }
            try Self.extract([], into: root)
        }
    }
}
