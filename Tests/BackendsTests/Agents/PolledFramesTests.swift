import Foundation
import Synchronization
import Testing
import Wire

@testable import Backends

@Suite(.timeLimit(.minutes(1)))
struct PolledFramesTests {
    private static func page(
        _ states: [JobStatus] = [], log: [String] = [], at time: Int64 = 1, hasMore: Bool = true
    ) -> RunnerPullResponse {
        RunnerPullResponse(
            jobStates: states.map { RunnerState(timestamp: time, state: $0) },
            jobLogs: log.map { RunnerLogEvent(timestamp: time, message: Data($0.utf8)) }, runnerLogs: [],
            lastUpdated: time, hasMore: hasMore)
    }

    private static func words(_ frames: [RunnerFrame]) -> [String] {
        frames.map { frame in
            switch frame {
            case .state(let state): "\(state.seq ?? 0) \(state.state.rawValue)"
            case .log(let chunk): "\(chunk.offset)+\(chunk.bytes.count)"
            case .runnerLog: "runner's"
            case .heartbeat: "beat"
            case .end(let bytes): "end \(bytes)"
            }
        }
    }

    @Test func aFinalState_waitsForTheLogBehindIt() {
        var frames = PolledFrames()
        #expect(Self.words(frames.take(Self.page([.running], log: ["abc"]))) == ["0+3", "1 running"])
        #expect(Self.words(frames.take(Self.page([.done], log: ["de"], at: 2))) == ["3+2"])
        #expect(frames.place.timestamp == 2)
        #expect(!frames.isOver)
        #expect(Self.words(frames.take(Self.page(log: ["f"], at: 3, hasMore: false))) == ["5+1", "2 done", "end 6"])
        #expect(frames.isOver)
        #expect(frames.end().isEmpty)
    }

    @Test func aRunnerThatIsGoneBeforeTheJobEnded_toldNoEnd() {
        var frames = PolledFrames()
        _ = frames.take(Self.page([.running]))
        #expect(frames.end().isEmpty)
        #expect(!frames.hasEnded)
    }

    /// dstack's runner leaves once it was asked for the last page, and the answer may be lost.
    @Test func aRunnerThatLeftAfterTheEnd_isNoBrokenConnection() async throws {
        let pages = Mutex([Self.page([.running], log: ["a"]), Self.page([.failed], log: ["b"], at: 2)])
        let stream = PolledRunnerStream(pause: PollPause(shortest: .zero, longest: .zero)) {
            _ throws(AgentError) in
            guard let page = pages.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else {
                throw .unreachable("nobody listens")
            }
            return page
        }
        var seen: [RunnerFrame] = []
        while let frame = try await stream.next() { seen.append(frame) }
        #expect(Self.words(seen) == ["0+1", "1 running", "1+1", "2 failed", "end 2"])
    }

    /// What it has not told yet is asked for again once it can be reached: the log is not whole without.
    @Test func aRunnerThatCannotBeReachedAfterTheEnd_hasNotToldAll() async throws {
        let pages = Mutex([Self.page([.failed], log: ["b"], at: 2)])
        let stream = PolledRunnerStream(pause: PollPause(shortest: .zero, longest: .zero)) {
            false
        } pull: { _ throws(AgentError) in
            guard let page = pages.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else {
                throw .timedOut("the way there is cut")
            }
            return page
        }
        #expect(Self.words([try #require(try await stream.next())]) == ["0+1"])
        await #expect(throws: AgentError.timedOut("the way there is cut")) { try await stream.next() }
        #expect(await stream.place == PolledPlace())
    }

    /// 1. The line breaks. 2. A new stream asks for what came after what was taken, not for all that the job ever wrote.
    @Test func aNewStream_beginsWhereTheLastOneWasLeft() async throws {
        let asked = Mutex<[Int64]>([])
        let pages = Mutex([
            Self.page([.running], log: ["abc"], at: 7), nil, Self.page(log: ["de"], at: 8),
            Self.page([.done], at: 9, hasMore: false),
        ])
        func stream(_ cursor: RunnerCursor) -> PolledRunnerStream {
            PolledRunnerStream(from: cursor.polledFrom, pause: PollPause(shortest: .zero, longest: .zero)) {
                after throws(AgentError) in
                asked.withLock { $0.append(after) }
                guard let page = pages.withLock({ $0.removeFirst() }) else { throw .unreachable("the line is cut") }
                return page
            }
        }
        let first = stream(RunnerCursor())
        #expect(Self.words([try #require(try await first.next())]) == ["0+3"])
        #expect(await first.place == PolledPlace())
        #expect(Self.words([try #require(try await first.next())]) == ["1 running"])
        await #expect(throws: AgentError.self) { try await first.next() }
        let place = await first.place
        let second = stream(RunnerCursor(stateSeq: 1, logOffset: 3, place: place))
        var seen: [RunnerFrame] = []
        while let frame = try await second.next() { seen.append(frame) }
        #expect(Self.words(seen) == ["3+2", "2 done", "end 5"])
        #expect(asked.withLock { $0 } == [0, 7, 7, 8])
        // What was not kept is asked for again.
        #expect(RunnerCursor(stateSeq: 1, logOffset: 2, place: place).polledFrom == PolledPlace())
        #expect(RunnerCursor(stateSeq: 0, logOffset: 3, place: place).polledFrom == PolledPlace())
    }

    @Test func whereTheRunnerAnswers_isFoundByTheMappedPort() {
        var task = ShimTask(id: "a", status: .running, ports: [])
        #expect(task.located().address == "127.0.0.1")
        #expect(task.located().runnerPort == 10999)
        task.ports = [.init(host: 4000, container: 10022), .init(host: 4001, container: 10999)]
        #expect(task.located().runnerPort == 4001)
        // One of ours says so itself; one that is not running has none yet.
        task.address = "127.0.0.7"
        #expect(task.located().address == "127.0.0.7")
        #expect(ShimTask(id: "a", status: .pulling, ports: []).located().address == nil)
    }
}
