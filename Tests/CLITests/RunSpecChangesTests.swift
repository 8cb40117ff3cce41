import Testing
import Wire

@testable import CLI

@Suite struct RunSpecChangesTests {
    private static func spec(_ more: String, path: String = "a.yml") throws -> RunSpec {
        let json = """
            {"run_name": "a-run", "configuration_path": "\(path)", "profile": {"name": "default"},
             "configuration": {"type": "task", "commands": ["true"]\(more)}}
            """
        return try WireJSON.decode(RunSpec.self, from: Array(json.utf8), unknownFields: .rejected)
    }

    static let table: [(old: String, new: String, lines: [String])] = [
        (#","priority":1"#, #","priority":5"#, ["priority: 1 → 5"]),
        ("", #","max_duration":"90m""#, ["max_duration: unset → 90m"]),
        (#","retry":true"#, #","retry":{"duration":"1h"}"#, ["retry: true → duration: 1h"]),
        (
            "", #","resources":{"memory":"16GB..","cpu":"4"}"#,
            ["resources: cpu=2.. mem=8GB.. disk=100GB.. gpu=0.. → cpu=4 mem=16GB.. disk=100GB.. gpu=0.."]
        ),
        (
            #","schedule":{"cron":"0 8 * * *"}"#, #","schedule":{"cron":["0 9 * * *","0 10 * * *"]}"#,
            ["schedule.cron: [0 8 * * *] → [0 9 * * *, 0 10 * * *]"]
        ),
        ("", #","schedule":{"cron":"0 8 * * *"}"#, ["schedule: unset → cron: [0 8 * * *]"]),
        (
            #","env":{"KEPT":"1","GONE":"a","TOKEN":"first-secret"}"#,
            #","env":{"KEPT":"1","TOKEN":"second-secret","NEW":"x"}"#,
            ["env: added NEW; removed GONE; changed TOKEN"]
        ),
        (
            #","image":"a","registry_auth":{"username":"u","password":"one"}"#,
            #","image":"b","registry_auth":{"username":"u","password":"two"}"#, ["image: a → b", "registry_auth"]
        ),
        (#","entrypoint":"a\nb""#, #","entrypoint":"c\u001b[31m""#, ["entrypoint: a\\nb → c?[31m"]),
        (
            "", #","working_dir":"/\#(String(repeating: "x", count: 80))""#,
            ["working_dir: unset → /\(String(repeating: "x", count: 58))…"]
        ),
    ]

    @Test func properties_areToldWithWhatTheyWereAndBecome_withoutSecrets() throws {
        for (old, new, lines) in Self.table {
            let changes = RunSpecChanges.between(try Self.spec(old), try Self.spec(new))
            #expect(changes == ["- Configuration properties:"] + lines.map { "  - \($0)" }, "\(new)")
        }
    }

    @Test func nothing_isToldOfEqualSpecs() throws {
        let spec = try Self.spec(#","env":{"A":"1"}"#)
        #expect(RunSpecChanges.between(spec, spec).isEmpty)
    }

    @Test func profileAndPath_areToldToo() throws {
        let old = try Self.spec("")
        var new = try Self.spec("", path: "b.yml")
        new.profile?.params.maxPrice = 1.5
        #expect(
            RunSpecChanges.between(old, new) == [
                "- Configuration path: a.yml → b.yml", "- Profile properties:", "  - max_price: unset → 1.5",
            ])
    }
}
