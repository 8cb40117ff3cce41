import Foundation
import Simulation

/// Runs simulated worlds: `simulate FIRST [COUNT] [--trace] [--mistake NAME]`.
///
/// Prints a line for each seed that breaks a promise and exits with 1 if there is one; with one seed, its digest,
/// which is the same in every process.
@main
struct Simulate {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let numbers = arguments.compactMap(UInt64.init)
        let first = numbers.first ?? 0
        let count = numbers.count > 1 ? numbers[1] : 1
        let mistake = arguments.firstIndex(of: "--mistake").flatMap { index in
            arguments.indices.contains(index + 1) ? Mistake(rawValue: arguments[index + 1]) : nil
        }
        var broken = 0
        var steps = 0
        let start = ContinuousClock.now
        for seed in first..<(first + count) {
            let history = World.run(seed: seed, mistake: mistake)
            steps += history.steps
            if arguments.contains("--trace") {
                for line in history.lines { print(line) }
            }
            if count == 1 {
                print(
                    "seed \(seed) digest \(String(history.digest, radix: 16)) steps \(history.steps)",
                    "runs \(history.runCount) submissions \(history.submissionCount)",
                    "virtual \(history.virtualSeconds) s")
            }
            if !history.violations.isEmpty {
                broken += 1
                print("seed \(seed): \(history.violations.joined(separator: "; "))")
            }
        }
        let seconds =
            Double((ContinuousClock.now - start).components.seconds)
            + Double((ContinuousClock.now - start).components.attoseconds) / 1e18
        if count > 1 {
            print("\(count) histories, \(broken) broken, \(steps) steps, \(Int(Double(count) / seconds)) histories/s")
        }
        if broken > 0 { exit(1) }
    }
}
