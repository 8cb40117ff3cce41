import Backends
import FoundationEssentials
import Testing
import Wire

@testable import Runner

/// The logs of a job: every byte, once, at its place.
@Suite(.timeLimit(.minutes(2)))
struct RunnerLogTests {
    @Test func log_ofBinaryBytes_isKeptAsItIs() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", #"stty raw; printf '\000\001\377\033[1mx\r\n'"#])
            let outcome = try await runner.outcome()
            #expect(outcome.log == [0, 1, 0xff, 0x1b, 0x5b, 0x31, 0x6d, 0x78, 0x0d, 0x0a])
        }
    }

    @Test func log_ofOneGigabyteLine_takesConstantMemory() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "stty raw; head -c 1000000000 /dev/zero"])
            // Not collected: the reader, too, keeps nothing.
            let stream = try await runner.client.stream(from: .init())
            var count: Int64 = 0
            var states: [JobStatus] = []
            while let frame = try await stream.next() {
                switch frame {
                case .log(let chunk):
                    #expect(chunk.offset == count)
                    count = chunk.end
                case .state(let state): states.append(state.state)
                case .end(let bytes): #expect(bytes == 1_000_000_000)
                case .runnerLog, .heartbeat: break
                }
            }
            #expect(count == 1_000_000_000)
            #expect(states == [.running, .done])
            let peak = try Self.peakKilobytes(runner)
            #expect(peak < 150_000, "\(peak) kB")
        }
    }

    @Test func stream_ofASlowReader_holdsNobodyUp() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "stty raw; head -c 50000000 /dev/zero"])
            // This one never reads on.
            let slow = try await runner.client.stream(from: .init())
            _ = try await slow.next()
            let outcome = try await runner.outcome()
            #expect(outcome.log.count == 50_000_000)
            #expect(try Self.peakKilobytes(runner) < 150_000)
            await slow.close()
        }
    }

    @Test func stream_ofALogThatNeverEnds_isCutByStop() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "yes"])
            _ = try await runner.stream { $0.log.count > 1_000_000 }
            try await runner.client.stop(grace: 5)
            let outcome = try await runner.outcome()
            #expect(outcome.final?.state == .terminated)
            #expect(outcome.endBytes == Int64(outcome.log.count))
        }
    }

    @Test func stream_fromAnOffset_goesOnThereWithoutGap() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "seq 1 2000"])
            let whole = try await runner.outcome()
            let rest = try await runner.outcome(from: .init(stateSeq: 1, logOffset: 5000))
            #expect(rest.log == Array(whole.log[5000...]))
            #expect(rest.states.map(\.state) == [.done])
            #expect(String(decoding: whole.runnerLog, as: UTF8.self).contains("job job-id submitted"))
        }
    }

    @Test func quota_endsTheJobAndKeepsWhatFits() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "yes"], quota: 100_000)
            let outcome = try await runner.outcome()
            #expect(outcome.final?.state == .failed)
            #expect(outcome.final?.terminationReason == "log_quota_exceeded")
            #expect(outcome.log.count <= 100_000)
        }
    }

    @Test func pull_pagesThroughEverythingOnce() async throws {
        try await RunningRunner.with { runner in
            // 12 MB: more than one page.
            let script = "stty raw; head -c 12000000 /dev/zero | tr '\\0' a; printf '\\033[31mred\\033[0m'"
            try await runner.start(["/bin/sh", "-c", script])
            _ = try await runner.outcome()
            var after: Int64 = 0
            var log = Data()
            var states: [JobStatus] = []
            var stamps: [Int64] = []
            var pages = 0
            var hasMore = true
            while hasMore {
                let answer = try await runner.get("/api/pull?timestamp=\(after)")
                let page = try JSONDecoder().decode(RunnerPullResponse.self, from: Data(answer.body.readableBytesView))
                for event in page.jobLogs { log.append(event.message) }
                stamps += page.jobLogs.map(\.timestamp)
                states += page.jobStates.map(\.state)
                after = page.lastUpdated
                hasMore = page.hasMore
                pages += 1
            }
            #expect(pages > 1)
            #expect(states == [.running, .done])
            #expect(stamps == stamps.sorted() && Set(stamps).count == stamps.count)
            #expect(log.count == 12_000_003)
            #expect(String(decoding: log.suffix(5), as: UTF8.self) == "aared")
        }
    }

    @Test func pull_whileRunning_losesNothingBetweenTwoCalls() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do echo $i; sleep 0.01; done"])
            var after: Int64 = 0
            var log = Data()
            var hasMore = true
            while hasMore {
                let answer = try await runner.get("/api/pull?timestamp=\(after)")
                let page = try JSONDecoder().decode(RunnerPullResponse.self, from: Data(answer.body.readableBytesView))
                for event in page.jobLogs { log.append(event.message) }
                after = page.lastUpdated
                hasMore = page.hasMore
            }
            #expect(String(decoding: log, as: UTF8.self) == "1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\r\n9\r\n")
        }
    }

    private static func peakKilobytes(_ runner: RunningRunner) throws -> Int {
        let text = try SmallFile.read("/proc/\(runner.process)/status")
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(
            line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) })
    }
}
