import Configurations
import Testing

/// Texts that are made to break a reader: each is refused with an error of ours, and soon.
@Suite struct HardeningTests {
    static let hostile: [(name: String, text: String)] = [
        ("deep flow lists", String(repeating: "[", count: 100_000)),
        ("deep flow mappings", String(repeating: "{a: ", count: 100_000)),
        ("deep block lists", String(repeating: "- ", count: 20_000) + "x"),
        ("deep but legal", "a: " + String(repeating: "[", count: 500) + String(repeating: "]", count: 500)),
        ("alias bomb", bomb(levels: 20)),
        ("a mapping as a name", "? [a, b]\n: c"),
        ("an alias to itself", "a: &a [*a]"),
        ("an alias to nothing", "a: *nothing"),
        ("a NUL", "type: task\0"),
        ("a control character", "type: \u{1}task"),
        ("only a byte order mark", "\u{FEFF}"),
        ("a tag of Python", "type: !!python/object/apply:os.system [x]"),
        ("an unknown directive", "%FOO bar\n---\n- a\n- b"),
        ("a huge number", "type: task\ncommands: [x]\npriority: " + String(repeating: "9", count: 400)),
        ("a merge of a text", "<<: text\ntype: task"),
    ]

    private static func bomb(levels: Int) -> String {
        var text = "a0: &a0 x\n"
        for level in 1...levels {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        return text
    }

    @Test(arguments: hostile.map(\.name)) func hostileText_isRefused(name: String) throws {
        let text = try #require(Self.hostile.first { $0.name == name }?.text)
        let error = #expect(throws: ConfigurationError.self) { try ConfigurationFile(text: text, path: "x") }
        #expect(error?.problems.isEmpty == false)
    }

    @Test func byteOrderMarkAndWindowsLines_areRead() throws {
        let file = try ConfigurationFile(text: "\u{FEFF}type: task\r\ncommands:\r\n  - echo a\r\n", path: "x")
        guard case .run(.task(let task)) = file.configuration else {
            Issue.record("not a task")
            return
        }
        #expect(task.commands == ["echo a"])
    }
}
