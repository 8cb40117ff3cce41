import Foundation

@testable import SSH

/// Runs what blocks on a thread of its own.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        let started = LoopThread.start { continuation.resume(returning: body()) }
        precondition(started)
    }
}

/// Runs a program to its end and returns what it printed.
@discardableResult func runProgram(_ path: String, _ arguments: [String]) async throws -> String {
    try await blocking {
        Result {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = arguments
            let pipe = Pipe()
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = pipe
            process.standardError = pipe
            try process.run()
            let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            guard process.terminationStatus == 0 else { throw ProgramFailed(path: path, output: output) }
            return output
        }
    }.get()
}

struct ProgramFailed: Error {
    let path: String
    let output: String
}
