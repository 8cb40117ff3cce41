import FoundationEssentials
import Testing
import Wire

@testable import Server
@testable import Store

@Suite struct LogPollTests {
    private static let timeline = LogTimeline([
        LogIndexRecord(offset: 0, time: Timestamp(microseconds: 1_000)),
        LogIndexRecord(offset: 10, time: Timestamp(microseconds: 5_000)),
        LogIndexRecord(offset: 100, time: Timestamp(microseconds: 5_040)),
    ])

    @Test func times_growWithTheBytes_andStayBeforeTheNextRecord() {
        #expect(Self.timeline.time(of: 0).microseconds == 1_000)
        #expect(Self.timeline.time(of: 9).microseconds == 1_009)
        #expect(Self.timeline.time(of: 10).microseconds == 5_000)
        #expect(Self.timeline.time(of: 99).microseconds == 5_039)
        #expect(Self.timeline.time(of: 100).microseconds == 5_040)
        #expect(Self.timeline.time(of: 150).microseconds == 5_090)
    }

    @Test func offsetAfterATime_isTheNextByte() {
        #expect(Self.timeline.offset(after: Timestamp(microseconds: 0)) == 0)
        #expect(Self.timeline.offset(after: Timestamp(microseconds: 1_009)) == 10)
        #expect(Self.timeline.offset(after: Timestamp(microseconds: 5_003)) == 14)
        #expect(Self.timeline.offset(after: Timestamp(microseconds: 5_090)) == 151)
    }

    @Test func lines_keepTheirEnds_andLongOnesAreCut() {
        #expect(LogLines.ranges(in: Array("a\nbc\nd".utf8)) == [0..<2, 2..<5, 5..<6])
        #expect(LogLines.ranges(in: []) == [])
        let long = [UInt8](repeating: 65, count: LogLines.longest + 1)
        #expect(LogLines.ranges(in: long) == [0..<LogLines.longest, LogLines.longest..<long.count])
    }

    /// A log with these lines, each a second after the one before.
    private func write(_ lines: [String], _ server: ServerFixture) async throws -> String {
        let answer = try await server.post(
            "/api/project/main/runs/apply", #"{"plan":{"run_spec":\#(RunRouteTests.spec("logged"))},"force":false}"#)
        guard case .array(let jobs)? = try answer.json["jobs"],
            case .array(let submissions)? = jobs.first?["job_submissions"],
            case .string(let jobID)? = submissions.first?["id"], case .string(let runID)? = try answer.json["id"]
        else { throw APIError.resourceNotExists("no submission in \(answer.text)") }
        let name = LogName(projectID: server.mainProjectID, runID: runID, jobID: jobID, kind: .job)
        var offset: Int64 = 0
        for (index, line) in lines.enumerated() {
            offset = try await server.logs.append(
                Array(line.utf8), at: offset, time: Timestamp(microseconds: Int64(index + 1) * 1_000_000), to: name)
        }
        return jobID
    }

    private func poll(_ server: ServerFixture, _ jobID: String, _ more: String) async throws -> (
        lines: [String], answer: JSONValue
    ) {
        let answer = try await server.post(
            "/api/project/main/logs/poll", #"{"run_name":"logged","job_submission_id":"\#(jobID)"\#(more)}"#)
        let json = try answer.json
        guard case .array(let entries)? = json["logs"] else { return ([answer.text], json) }
        let lines = entries.map { entry -> String in
            guard case .string(let text)? = entry["message"], let data = Data(base64Encoded: text) else { return "?" }
            return String(decoding: data, as: UTF8.self)
        }
        return (lines, json)
    }

    @Test func ascendingPages_giveEveryLineOnce() async throws {
        try await ServerFixture.with { server in
            let jobID = try await write(["one\n", "two\n", "three\n", "fo"], server)
            let first = try await poll(server, jobID, #","limit":2"#)
            #expect(first.lines == ["one\n", "two\n"])
            let second = try await poll(server, jobID, #","limit":2,"next_token":"8""#)
            #expect(first.answer["next_token"] == "8")
            #expect(second.lines == ["three\n", "fo"])
            #expect(second.answer["next_token"] == .null)
        }
    }

    @Test func descendingPages_giveTheNewestFirst() async throws {
        try await ServerFixture.with { server in
            let jobID = try await write(["one\n", "two\n", "three\n"], server)
            let first = try await poll(server, jobID, #","limit":2,"descending":true"#)
            #expect(first.lines == ["three\n", "two\n"])
            #expect(first.answer["next_token"] == "4")
            let second = try await poll(server, jobID, #","limit":2,"descending":true,"next_token":"4""#)
            #expect(second.lines == ["one\n"])
            #expect(second.answer["next_token"] == .null)
        }
    }

    @Test func startTime_givesWhatCameAfterTheLastEntrySeen() async throws {
        try await ServerFixture.with { server in
            let jobID = try await write(["one\n", "two\n", "three\n"], server)
            let first = try await poll(server, jobID, #","limit":2"#)
            guard case .array(let entries)? = first.answer["logs"], case .string(let seen)? = entries.last?["timestamp"]
            else {
                Issue.record("no entries")
                return
            }
            let rest = try await poll(server, jobID, #","start_time":"\#(seen)""#)
            #expect(rest.lines == ["three\n"])
        }
    }

    @Test func badToken_isRefused_andUnknownSubmissionIsEmpty() async throws {
        try await ServerFixture.with { server in
            let jobID = try await write(["one\n"], server)
            let bad = try await server.post(
                "/api/project/main/logs/poll",
                #"{"run_name":"logged","job_submission_id":"\#(jobID)","next_token":"x"}"#)
            #expect(bad.status == 400)
            let unknown = try await server.post(
                "/api/project/main/logs/poll",
                #"{"run_name":"logged","job_submission_id":"d5fb610f-1a41-4569-bb3b-d293ef8ea621"}"#)
            #expect(unknown.text == #"{"logs":[],"external_url":null,"next_token":null}"#)
        }
    }

    @Test func rawLog_isGivenFromAnOffset() async throws {
        try await ServerFixture.with { server in
            _ = try await write(["one\n", "two\n"], server)
            #expect(try await server.get("/api/project/main/runs/logged/logs?offset=4").text == "two\n")
        }
    }
}
