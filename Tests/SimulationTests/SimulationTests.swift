import Foundation
import Testing

@testable import Simulation

/// The real engine in simulated worlds. `Simulate SEED --trace` replays a failing seed line by line.
@Suite struct SimulationTests {
    /// Worlds in each part.
    private static let part: UInt64 = 250

    @Test(arguments: 0..<8)
    func promises_holdInEveryWorld(_ index: UInt64) async {
        for seed in (index * Self.part)..<((index + 1) * Self.part) {
            let history = await Self.world(seed)
            #expect(history.violations.isEmpty, "seed \(seed): \(history.violations)")
        }
    }

    @Test func sameSeed_sameHistory() async {
        for seed in UInt64(0)..<20 {
            let (first, second) = (await Self.world(seed), await Self.world(seed))
            #expect(first.digest == second.digest, "seed \(seed)")
        }
    }

    @Test func sameSeed_sameHistory_inAnotherProcess() async throws {
        let program = try #require(Self.program())
        for seed in UInt64(100)..<110 {
            let process = Process()
            process.executableURL = program
            process.arguments = [String(seed)]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            let digest = String(await Self.world(seed).digest, radix: 16)
            #expect(text.contains("digest \(digest) "), "seed \(seed): \(text)")
        }
    }

    @Test(arguments: Mistake.allCases)
    func plantedMistake_isCaught(_ mistake: Mistake) async {
        for seed in UInt64(0)..<1000 where await !Self.world(seed, mistake).violations.isEmpty { return }
        Issue.record("no seed finds \(mistake)")
    }

    /// Runs a world on a thread of its own: it keeps its thread busy, which the pool's threads are too few for.
    private static func world(_ seed: UInt64, _ mistake: Mistake? = nil) async -> History {
        await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: World.run(seed: seed, mistake: mistake)) }.start()
        }
    }

    /// `Simulate`, which is built beside the tests.
    private static func program() -> URL? {
        let tests = URL(fileURLWithPath: CommandLine.arguments[0])
        let candidate = tests.deletingLastPathComponent().appendingPathComponent("Simulate")
        return FileManager.default.isExecutableFile(atPath: candidate.path) ? candidate : nil
    }
}
