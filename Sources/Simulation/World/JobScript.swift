/// What a simulated job does, written as the command of its specification.
struct JobScript: Sendable, Equatable {
    /// How long its command runs.
    var milliseconds: Int
    /// Exit status of an execution that comes to its end.
    var exitStatus: Int
    /// How many executions of the job end with status 1 before one ends with `exitStatus`.
    var failures: Int
    /// Pieces of log over its run; each has `pieceBytes`.
    var pieces: Int
    var pieceBytes: Int
    /// Whether it ignores a request to end until it is forced.
    var isStubborn: Bool
    /// How long somebody is connected to it, from its start.
    var attendedMilliseconds: Int

    init(_ random: inout SeededRandom) {
        milliseconds = Int.random(in: 0...20_000, using: &random)
        exitStatus = random.chance(1, in: 4) ? 1 : 0
        failures = random.chance(1, in: 3) ? Int.random(in: 1...2, using: &random) : 0
        pieces = Int.random(in: 0...8, using: &random)
        pieceBytes = Int.random(in: 1...64, using: &random)
        isStubborn = random.chance(1, in: 5)
        attendedMilliseconds = Int.random(in: 0...12_000, using: &random)
    }

    var commands: [String] {
        [milliseconds, exitStatus, failures, pieces, pieceBytes, isStubborn ? 1 : 0, attendedMilliseconds]
            .map(String.init)
    }

    init?(commands: [String]) {
        let numbers = commands.compactMap(Int.init)
        guard numbers.count == 7 else { return nil }
        milliseconds = numbers[0]
        exitStatus = numbers[1]
        failures = numbers[2]
        pieces = numbers[3]
        pieceBytes = numbers[4]
        isStubborn = numbers[5] == 1
        attendedMilliseconds = numbers[6]
    }

    /// The bytes of a submission's log in a range: each byte follows from its position and the submission.
    static func log(of submissionID: String, _ range: Range<Int64>) -> [UInt8] {
        let salt = submissionID.utf8.reduce(UInt8(0)) { $0 &* 31 &+ $1 }
        return range.map { UInt8(truncatingIfNeeded: $0 &* 7) &+ salt }
    }
}
