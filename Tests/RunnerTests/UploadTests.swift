import AgentClient
import FoundationEssentials
import Testing
import Wire

@testable import Runner

@Suite(.timeLimit(.minutes(1))) struct UploadTests {
    /// 1. The connection of an upload breaks. 2. The same comes again, and is under way. 3. Only now the runner hears of the first
    /// one's end.
    @Test func theFirstOfTwoEndsLate_andTheSecondCounts() async throws {
        try await RunningRunner.with { runner in
            var tar = TarBuilder()
            tar.add("main.txt", content: Array("code\n".utf8))
            try await runner.client.submit(
                RunningRunner.job(["/bin/sh", "-c", "cat $DSTACK_REPO_DIR/main.txt"]) {
                    $0.repoDir = "repo"
                    $0.repoData = RunnerRepoData(repoType: "local")
                })
            let code = tar.archive
            let head = "POST /api/upload_code HTTP/1.1\r\nHost: runner\r\nContent-Length: \(code.count)\r\n\r\n"
            func underWay() throws -> Int {
                try FileManager.default.contentsOfDirectory(atPath: runner.directory).count { $0.hasPrefix("code") }
            }
            let first = try RawConnection(runner.address)
            try first.write(Array(head.utf8) + code.prefix(512))
            while try underWay() < 1 { await Task.yield() }
            let second = try RawConnection(runner.address)
            try second.write(Array(head.utf8) + code.prefix(512))
            while try underWay() < 2 { await Task.yield() }
            first.end()
            while try underWay() > 1 { await Task.yield() }
            try second.write(code.dropFirst(512))
            let answer = try second.takeHead()
            #expect(answer.hasPrefix("HTTP/1.1 200 "), "\(answer)")
            _ = try await runner.client.run()
            let outcome = try await runner.outcome()
            #expect(outcome.text == "code\r\n")
        }
    }
}
