import Testing
import Wire

@testable import Supervisor

@Suite struct DevEnvironmentTests {
    private static func spec(_ more: String = "") throws -> RunSpec {
        let json = """
            {"run_name": "a-run", "configuration": {"type": "dev-environment", "init": ["make"]\(more)}}
            """
        return try WireJSON.decode(RunSpec.self, from: Array(json.utf8), unknownFields: .rejected)
            .effective(userKey: "key")
    }

    @Test func commands_endInWaiting_withTheUsersOwnInFront() throws {
        let job = try #require(try JobPlanner().jobs(of: Self.spec(), replicaNum: 0, key: nil).first)
        let text = try #require(job.commands.last)
        #expect(text.contains("make") && text.hasSuffix("tail -f /dev/null"))
        #expect(text.contains("ssh a-run") && !text.contains("ipykernel") && !text.contains("link"))
        #expect(job.singleBranch == false && job.maxDuration == nil)
    }

    @Test(arguments: [
        ("vscode", "vscode://vscode-remote/ssh-remote+a-run$DSTACK_WORKING_DIR"),
        ("cursor", "cursor://vscode-remote/ssh-remote+a-run$DSTACK_WORKING_DIR"),
        ("windsurf", "windsurf://vscode-remote/ssh-remote+a-run$DSTACK_WORKING_DIR"),
        ("zed", "zed://ssh/a-run$DSTACK_WORKING_DIR"),
    ])
    func link_isTheEditors(_ ide: String, _ link: String) throws {
        let job = try JobPlanner().jobs(of: Self.spec(#","ide":"\#(ide)""#), replicaNum: 0, key: nil).first
        #expect(job?.commands.last?.contains(link) == true)
    }

    @Test func server_ofAVersion_isInstalledWhereThereIsANetwork() throws {
        let job = try JobPlanner().jobs(
            of: Self.spec(#","ide":"windsurf","version":"1.5@abc""#), replicaNum: 0, key: nil
        ).first
        let text = try #require(job?.commands.last)
        #expect(text.contains("/stable/abc/windsurf-reh-linux-$arch-1.5.tar.gz"))
        #expect(text.contains("was not installed"))
        #expect(IDE.vscode.server("$(rm)") == nil && IDE.windsurf.server("1.5") == nil && IDE.zed.server("1") == nil)
    }

    @Test func inactivity_isUpdatedInPlace() throws {
        let (never, hour) = (try Self.spec(), try Self.spec(#","inactivity_duration":"1h""#))
        let update = try #require(RunSpecUpdate(from: never, to: hour))
        #expect(update.changedFields == ["configuration.inactivity_duration"])
        #expect(update.inactivity == .some(3600))
        #expect(RunSpecUpdate(from: hour, to: never)?.inactivity == .some(nil))
        #expect(RunSpecUpdate(from: hour, to: hour)?.inactivity == .none)
    }
}
