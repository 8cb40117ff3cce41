import AgentClient
import AgentSupport
import Foundation
import Testing
import Wire

@testable import Backends

/// What the engine may rely on, whichever runner it talks to and however it hears of it.
@Suite(.timeLimit(.minutes(2)))
struct RunnerContractTests {
    enum Kind: String, CaseIterable, CustomTestStringConvertible {
        /// Ours, which pushes.
        case pushed
        /// Ours, asked again and again.
        case polled
        /// One that looks like dstack's own.
        case official

        var testDescription: String { rawValue }
    }

    @Test(arguments: Kind.allCases) func aJob_isToldToItsEnd_withItsLogBeforeTheEnd(_ kind: Kind) async throws {
        try await Self.with(kind) { runner in
            try await runner.submit(RunningRunner.job(["/bin/sh", "-c", "stty raw; seq 20000; exit 3"]))
            _ = try await runner.client.run()
            let outcome = try await runner.outcome()
            #expect(outcome.states.map(\.state) == [.running, .failed])
            #expect(outcome.states.map(\.seq) == [1, 2])
            #expect(outcome.final?.exitStatus == 3)
            #expect(outcome.text == (1...20000).map { "\($0)\n" }.joined())
            #expect(outcome.logBytesAtFinalState == outcome.log.count)
            #expect(outcome.endBytes == Int64(outcome.log.count))
        }
    }

    @Test(arguments: Kind.allCases) func aReaderThatComesBack_losesAndRepeatsNothing(_ kind: Kind) async throws {
        try await Self.with(kind) { runner in
            try await runner.submit(RunningRunner.job(["/bin/sh", "-c", "stty raw; echo one; read line; echo two"]))
            _ = try await runner.client.run()
            let first = try await runner.outcome { $0.text.contains("one") }
            let again = try await runner.outcome(from: Int64(first.log.count)) { !$0.states.isEmpty }
            #expect(again.states.first?.state == .running)
            #expect(again.text == "")
            try await runner.client.stop(grace: 0)
            let rest = try await runner.outcome(from: Int64(first.log.count))
            #expect(rest.final?.state.isFinished == true)
            #expect(first.text + rest.text == first.text)
        }
    }

    @Test(arguments: Kind.allCases) func aJobThatRuns_mayBeStartedAgain(_ kind: Kind) async throws {
        try await Self.with(kind) { runner in
            let job = RunningRunner.job(["/bin/sh", "-c", "echo once; read line"])
            try await runner.submit(job)
            _ = try await runner.client.run()
            _ = try await runner.outcome { $0.text.contains("once") }
            let error = await #expect(throws: AgentError.self) { try await runner.client.submit(job) }
            guard case .refused(status: 409, _) = error else { throw try #require(error) }
            _ = try await runner.client.run()
            try await runner.client.stop(grace: 0)
            let outcome = try await runner.outcome()
            #expect(outcome.text.components(separatedBy: "once").count == 2)
        }
    }

    @Test(arguments: Kind.allCases) func metrics_areToldOrRefused(_ kind: Kind) async throws {
        try await Self.with(kind) { runner in
            try await runner.submit(RunningRunner.job(["/bin/sh", "-c", "read line"]))
            _ = try await runner.client.run()
            #expect(try await runner.client.metrics().timestampMicro > 0)
        }
    }

    /// A runner of that kind.
    private static func with(
        _ kind: Kind, _ body: @escaping @Sendable (ContractRunner) async throws -> Void
    ) async throws {
        try await RunningRunner.with { runner in
            switch kind {
            case .pushed, .polled:
                try await body(ContractRunner(client: runner.client, isPolled: kind == .polled))
            case .official:
                try await OfficialLook.with(runner.address) { address in
                    let client = NIORunnerClient(address: address, requestTime: .seconds(60))
                    defer { client.release() }
                    try await body(ContractRunner(client: client, isPolled: false))
                }
            }
        }
    }
}

/// A runner as the contract's tests read it.
struct ContractRunner: Sendable {
    let client: NIORunnerClient
    let isPolled: Bool

    func submit(_ job: RunnerSubmitRequest) async throws { try await client.submit(job) }

    /// Reads a stream until `isEnough`, or to its end, as a follower does that has the first `known` bytes.
    func outcome(from known: Int64 = 0, until isEnough: (Outcome) -> Bool = { _ in false }) async throws -> Outcome {
        let stream =
            isPolled
            ? client.polled(pause: PollPause(shortest: .milliseconds(1), longest: .milliseconds(20)))
            : try await client.stream(from: RunnerCursor(logOffset: known))
        var outcome = Outcome()
        while !isEnough(outcome), let frame = try await stream.next() {
            guard case .log(let chunk) = frame, chunk.offset < known else {
                try outcome.take(frame, from: known)
                continue
            }
            // A polled one begins anew.
            let new = chunk.bytes.dropFirst(Int(known - chunk.offset))
            if new.isEmpty { continue }
            try outcome.take(.log(LogChunk(offset: known, time: chunk.time, bytes: Array(new))), from: known)
        }
        await stream.close()
        return outcome
    }
}
