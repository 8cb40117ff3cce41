import Testing

@testable import Client

@Suite struct IgnorePatternTests {
    @Test(arguments: [
        // A name alone matches at any depth.
        ("*.pyc", "a.pyc", false, true), ("*.pyc", "deep/er/a.pyc", false, true), ("*.pyc", "a.py", false, false),
        ("build", "build", true, true), ("build", "x/build", false, true),
        // A slash at the end asks for a directory.
        ("build/", "build", true, true), ("build/", "build", false, false),
        // A slash elsewhere ties the pattern to the file's own directory.
        ("/build", "build", true, true), ("/build", "x/build", true, false), ("a/b", "a/b", false, true),
        ("a/b", "x/a/b", false, false), ("a/*.txt", "a/x.txt", false, true), ("a/*.txt", "a/b/x.txt", false, false),
        // Two stars stand for directories.
        ("**/foo", "foo", false, true), ("**/foo", "a/b/foo", false, true), ("a/**/b", "a/b", false, true),
        ("a/**/b", "a/x/y/b", false, true), ("a/**", "a/x/y", false, true), ("a/**", "a", true, false),
        // Characters.
        ("?.c", "a.c", false, true), ("?.c", "ab.c", false, false), ("[ab].c", "b.c", false, true),
        ("[!ab].c", "b.c", false, false), ("[a-c]x", "bx", false, true), ("[", "[", false, true),
        ("\\#x", "#x", false, true), ("a*b*c", "axxbyyc", false, true), ("a*b*c", "axxbyy", false, false),
        ("x  ", "x", false, true), ("x\\ ", "x ", false, true),
    ]) func matches(line: String, path: String, isDirectory: Bool, expected: Bool) throws {
        let pattern = try #require(IgnorePattern(line: line))
        #expect(pattern.matches(path.split(separator: "/").map(String.init), isDirectory: isDirectory) == expected)
    }

    @Test(arguments: ["", "# comment", "   ", "/"]) func linesThatSayNothing(line: String) {
        #expect(IgnorePattern(line: line) == nil)
    }

    @Test func anExclamationMarkTakesBack() throws {
        let back = try #require(IgnorePattern(line: "!keep.txt"))
        let name = try #require(IgnorePattern(line: "\\!keep.txt"))
        #expect(back.isNegated)
        #expect(!name.isNegated)
    }
}
