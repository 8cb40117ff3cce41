import AgentClient
import AgentServer
import Backends
import FoundationEssentials
import Glibc
import Testing
import Wire

@testable import Runner

/// Code and files of a job, sent before it starts.
@Suite(.timeLimit(.minutes(1))) struct UploadTests {
    /// A job that shows its code, `code`.
    ///
    /// - Returns: the archive that is to be uploaded.
    private static func submitJobWithCode(_ runner: RunningRunner) async throws -> [UInt8] {
        var tar = TarBuilder()
        tar.add("main.txt", content: Array("code\n".utf8))
        try await runner.client.submit(
            RunningRunner.job(["/bin/sh", "-c", "cat $DSTACK_REPO_DIR/main.txt"]) {
                $0.repoDir = "repo"
                $0.repoData = RunnerRepoData(repoType: "local")
            })
        return tar.archive
    }

    @Test func archives_areUnpackedWhereTheMappingSays() async throws {
        try await Scratch.with { scratch in
            var tar = TarBuilder()
            tar.add("project/", type: "5", mode: 0o755)
            tar.add("project/data.txt", content: Array("payload\n".utf8))
            try Scratch.write(tar.archive, to: scratch + "/a.tar")
            try await RunningRunner.with { runner in
                try await runner.client.submit(
                    RunningRunner.job(["/bin/sh", "-c", "cat src/data.txt; stat -c %U src"]) {
                        $0.fileArchives = [RunnerFileArchive(id: "11111111-2222", path: "src")]
                    })
                try await runner.client.uploadArchive(id: "11111111-2222", path: scratch + "/a.tar")
                // Twice, as after an answer that was lost.
                try await runner.client.uploadArchive(id: "11111111-2222", path: scratch + "/a.tar")
                _ = try await runner.client.run()
                let outcome = try await runner.outcome()
                #expect(outcome.text.hasPrefix("payload\r\n"))
                #expect(outcome.final?.state == .done)
            }
        }
    }

    @Test func archive_thatClimbsOut_failsTheJobAndWritesNothing() async throws {
        try await Scratch.with { scratch in
            var tar = TarBuilder()
            tar.add("a/../../../evil", content: [1])
            try Scratch.write(tar.archive, to: scratch + "/a.tar")
            try await RunningRunner.with { runner in
                try await runner.client.submit(
                    RunningRunner.job(["/bin/true"]) { $0.fileArchives = [RunnerFileArchive(id: "1", path: "src")] })
                try await runner.client.uploadArchive(id: "1", path: scratch + "/a.tar")
                _ = try await runner.client.run()
                let final = try await runner.outcome().final
                #expect(final?.terminationReason == "executor_error")
                #expect(final?.terminationMessage?.contains("leaves its tree") == true)
            }
        }
    }

    @Test func archive_thatWasNotUploaded_failsTheJob() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/true"]) { $0.fileArchives = [RunnerFileArchive(id: "1", path: "src")] }
            let final = try await runner.outcome().final
            #expect(final?.terminationMessage == "the archive 1 for 'src' was not uploaded")
        }
    }

    @Test func upload_atTheWrongTime_isAConflict() async throws {
        try await RunningRunner.with { runner in
            #expect(try await runner.post("/api/upload_code", "x").status == 409)
            try await runner.start(["/bin/true"])
            #expect(try await runner.post("/api/upload_code", "x").status == 409)
        }
    }

    @Test(arguments: ["../../etc/passwd", "a/b", ""])
    func upload_underABadName_isRefused(_ name: String) async throws {
        try await RunningRunner.with { runner in
            try await runner.client.submit(RunningRunner.job(["/bin/true"]))
            let body =
                "--b\r\nContent-Disposition: form-data; name=\"archive\"; filename=\"\(name)\"\r\n\r\nx\r\n--b--\r\n"
            let answer = try await runner.post(
                "/api/upload_archive", body, contentType: "multipart/form-data; boundary=b")
            #expect(answer.status == 400)
            #expect(answer.text.contains("is not an archive's id"))
        }
    }

    @Test func code_isUnpackedIntoTheRepoDirectory() async throws {
        try await RunningRunner.with { runner in
            let code = try await Self.submitJobWithCode(runner)
            let answer = try await runner.http.send(
                AgentRequest(.post, "/api/upload_code", body: ByteBuffer(bytes: code)), to: runner.address,
                within: .seconds(120))
            #expect(answer.status == 200)
            _ = try await runner.client.run()
            #expect(try await runner.outcome().text == "code\r\n")
        }
    }

    /// 1. The connection of an upload breaks. 2. The same comes again, and is under way. 3. Only now the runner hears of the first
    /// one's end.
    @Test func theFirstOfTwoEndsLate_andTheSecondCounts() async throws {
        try await RunningRunner.with { runner in
            let code = try await Self.submitJobWithCode(runner)
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
