import Threads
@testable import SSH

/// Runs what blocks on a thread of its own.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        let started = PosixThread.start { continuation.resume(returning: body()) }
        precondition(started)
    }
}

/// Runs a program to its end and returns what it printed.
@discardableResult func runProgram(_ path: String, _ arguments: [String]) async throws -> String {
    let ending = try await Program.start([path] + arguments).ending()
    let output = String(decoding: ending.output + ending.errors, as: UTF8.self)
    guard ending.status == 0 else { throw ProgramFailed(path: path, output: output) }
    return output
}

struct ProgramFailed: Error {
    let path: String
    let output: String
}
