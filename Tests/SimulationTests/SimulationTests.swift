import Foundation
import Testing

@testable import Simulation

/// The real engine in simulated worlds. `Simulate SEED --trace` replays a failing seed line by line.
@Suite struct SimulationTests {
    /// Seeds in each parallel part.
    private static let part: UInt64 = 250

    @Test(arguments: 0..<8)
    func promises_holdInEveryWorld(_ index: UInt64) {
        for seed in (index * Self.part)..<((index + 1) * Self.part) {
            let history = World.run(seed: seed)
            #expect(history.violations.isEmpty, "seed \(seed): \(history.violations)")
        }
    }

    @Test func sameSeed_sameHistory() {
        for seed in UInt64(0)..<20 {
            #expect(World.run(seed: seed).digest == World.run(seed: seed).digest, "seed \(seed)")
        }
    }

    @Test func sameSeed_sameHistory_inAnotherProcess() throws {
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
            #expect(text.contains("digest \(String(World.run(seed: seed).digest, radix: 16)) "), "seed \(seed): \(text)")
        }
    }

    @Test(arguments: Mistake.allCases)
    func plantedMistake_isCaught(_ mistake: Mistake) {
        let caught = (UInt64(0)..<200).first { !World.run(seed: $0, mistake: mistake).violations.isEmpty }
        #expect(caught != nil, "no seed finds \(mistake)")
    }

    /// `Simulate`, which is built beside the tests.
    private static func program() -> URL? {
        let tests = URL(fileURLWithPath: CommandLine.arguments[0])
        let candidate = tests.deletingLastPathComponent().appendingPathComponent("Simulate")
        return FileManager.default.isExecutableFile(atPath: candidate.path) ? candidate : nil
    }
}
