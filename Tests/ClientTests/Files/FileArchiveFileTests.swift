import Foundation
import Testing

@testable import Client

@Suite struct FileArchiveFileTests {
    /// Lets the body work in a folder that is gone afterwards. The names in it are made from the map's keys.
    static func withTree(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let root = NSTemporaryDirectory() + "dstack-archive-\(UUID().uuidString)/tree"
        defer {
            try? FileManager.default.removeItem(atPath: (root as NSString).deletingLastPathComponent)
        }
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        for (name, text) in files {
            let path = root + "/" + name
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        }
        try body(root)
    }

    /// What `tar` of the system lists in an archive.
    static func listed(_ archive: FileArchiveFile) throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["tar", "-tf", "-"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(archive.tar))
        try input.fileHandleForWriting.close()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func aDirectoryIsPackedUnderItsName() throws {
        try Self.withTree(["a.txt": "a", "sub/b.txt": "b", ".hidden": "h", ".git/config": "x"]) { root in
            let archive = try FileArchiveFile(path: root)
            #expect(try Self.listed(archive) == ["tree/", "tree/.hidden", "tree/a.txt", "tree/sub/", "tree/sub/b.txt"])
            #expect(archive.hash.count == 64)
            #expect(try FileArchiveFile(path: root) == archive)
        }
    }

    @Test func aFileIsPackedAlone() throws {
        try Self.withTree(["a.txt": "a"]) { root in
            let archive = try FileArchiveFile(path: root + "/a.txt")
            #expect(try Self.listed(archive) == ["a.txt"])
        }
    }

    @Test func whatIsIgnoredIsLeftOut() throws {
        try Self.withTree([
            ".gitignore": "*.log\nbuild/\n!keep.log\n", ".dstackignore": "secret.txt\n!a.log\n", "a.log": "",
            "b.log": "",
            "keep.log": "", "build/x": "", "secret.txt": "", "sub/.gitignore": "!b.log\n", "sub/b.log": "",
            "sub/c.log": "",
        ]) { root in
            let names = try Self.listed(try FileArchiveFile(path: root))
            #expect(
                names == [
                    "tree/", "tree/.dstackignore", "tree/.gitignore", "tree/a.log", "tree/keep.log", "tree/sub/",
                    "tree/sub/.gitignore", "tree/sub/b.log",
                ])
        }
    }

    @Test func linksInsideStayAndLinksOutsideBecomeFiles() throws {
        try Self.withTree(["a.txt": "content", "sub/x": ""]) { root in
            try FileManager.default.createSymbolicLink(
                atPath: root + "/sub/inside", withDestinationPath: root + "/a.txt")
            let outside = (root as NSString).deletingLastPathComponent + "/outside.txt"
            try Data("from outside".utf8).write(to: URL(fileURLWithPath: outside))
            try FileManager.default.createSymbolicLink(atPath: root + "/link", withDestinationPath: outside)
            let archive = try FileArchiveFile(path: root)
            let text = String(decoding: archive.tar, as: UTF8.self)
            #expect(text.contains("../a.txt"))
            #expect(!text.contains(root))
            #expect(text.contains("from outside"))
        }
    }

    @Test func longAndForeignNamesSurvive() throws {
        let long = String(repeating: "n", count: 150) + ".txt"
        try Self.withTree([long: "x", "grüße.txt": "y"]) { root in
            let names = try Self.listed(try FileArchiveFile(path: root))
            #expect(names.contains("tree/\(long)"))
            #expect(names.count == 3)
        }
    }

    @Test func whatIsMissingIsNamed() {
        let error = #expect(throws: FileArchiveError.self) { try FileArchiveFile(path: "/nonexistent/x") }
        #expect(error?.description == "'/nonexistent/x' does not exist")
    }
}
