import Testing
import Wire

@testable import Supervisor

@Suite struct RunSpecUpdateTests {
    private static func spec(_ more: String = "", path: String = "a.yml", archives: String = "[]") throws -> RunSpec {
        let json = """
            {"run_name": "a-run", "configuration_path": "\(path)", "file_archives": \(archives),
             "configuration": {"type": "task", "commands": ["true"]\(more)}}
            """
        return try WireJSON.decode(RunSpec.self, from: Array(json.utf8), unknownFields: .rejected)
            .effective(userKey: "key")
    }

    @Test func nothingChanged_isAnUpdateOfNothing() throws {
        #expect(try RunSpecUpdate(from: Self.spec(), to: Self.spec())?.changedFields == [])
    }

    @Test func priorityAndPath_areUpdated_inTheOrderOfTheSpec() throws {
        let new = try Self.spec(#","priority":5"#, path: "b.yml")
        #expect(
            try RunSpecUpdate(from: Self.spec(), to: new)?.changedFields
                == ["configuration_path", "configuration.priority"])
    }

    @Test(arguments: [
        #","env":{"A":"2"}"#, #","resources":{"memory":"1GB.."}"#, #","retry":true"#, #","max_duration":"1h""#,
        #","shell":"sh""#, #","files":["b"]"#,
    ])
    func anythingElse_isNoUpdate(_ more: String) throws {
        let archives = more.contains("files") ? #"[{"id":"i","path":"b"}]"# : "[]"
        let new = try Self.spec(more, archives: archives)
        #expect(try RunSpecUpdate(from: Self.spec(), to: new) == nil)
    }

    @Test func filesThatMoved_withTheSameArchives_areUpdated() throws {
        let archives = #"[{"id":"i","path":"b"}]"#
        let old = try Self.spec(#","files":["a:b"]"#, archives: archives)
        let new = try Self.spec(#","files":["moved:b"]"#, archives: archives)
        #expect(RunSpecUpdate(from: old, to: new)?.changedFields == ["configuration.files"])
    }

    @Test func env_inAnotherOrder_isTheSame() throws {
        let old = try Self.spec(#","env":{"A":"1","B":"2"}"#)
        let new = try Self.spec(#","env":{"B":"2","A":"1"}"#)
        #expect(RunSpecUpdate(from: old, to: new)?.changedFields == [])
    }

    @Test func architecture_isTakenBack_butNotAskedFor() throws {
        let any = try Self.spec(#","image":"i""#)
        let arm = try Self.spec(#","image":"i","resources":{"cpu":"arm:2.."}"#)
        #expect(RunSpecUpdate(from: arm, to: any)?.changedFields == ["configuration.resources"])
        #expect(RunSpecUpdate(from: any, to: arm) == nil)
        let more = try Self.spec(#","image":"i","resources":{"cpu":"3.."}"#)
        #expect(RunSpecUpdate(from: arm, to: more) == nil)
    }

    @Test func schedule_isNotUpdated_butARunWithOneIs() throws {
        let daily = #","schedule":{"cron":"0 8 * * *"}"#
        let old = try Self.spec(daily)
        #expect(RunSpecUpdate(from: old, to: try Self.spec(daily + #","priority":3"#))?.changedFields != nil)
        #expect(RunSpecUpdate(from: old, to: try Self.spec(#","schedule":{"cron":"0 9 * * *"}"#)) == nil)
        #expect(RunSpecUpdate(from: old, to: try Self.spec()) == nil)
    }

    @Test func schedule_thatNeverComes_isRefusedByName() {
        #expect(throws: PlanningError.self) { try Self.spec(#","schedule":{"cron":["0 8 * * *","0 0 31 2 *"]}"#) }
    }
}
