import Glibc
import Wire

/// What others tell the job loop.
enum Message: Sendable {
    case submit(RunnerSubmitRequest, Reply<Void>)
    case run(Reply<RunnerJobInfo?>)
    case stop(RunnerMachine.Grace, Reply<Void>)
    /// Asks for the id of the submission that this runner has, nil before it has one.
    case identify(Reply<String?>)
    /// Asks for leave to store an upload.
    case beginUpload(Reply<Void>)
    /// Code was uploaded to this file.
    case codeUploaded(path: String)
    /// Files are where the job wants them.
    case prepared(Result<PreparedJob, JobFailure>)
    /// Nobody reads the job's log any more.
    case readersGone
    case exited(pid_t, ExitStatus)
    case pump(OutputPump.Event)
    /// SIGTERM or SIGINT came.
    case terminate
    /// The server cannot go on.
    case serverFailed(String)
}

/// What is started for a job whose files are in place.
struct PreparedJob: Equatable, Sendable {
    var start: ProcessStart
    /// Nil for a job that nobody may log in to.
    var ssh: JobSSH?
}

/// Where an answer goes: used once.
struct Reply<Value: Sendable>: Sendable {
    private let continuation: CheckedContinuation<Value, any Error>

    init(_ continuation: CheckedContinuation<Value, any Error>) {
        self.continuation = continuation
    }

    func send(_ value: Value) {
        continuation.resume(returning: value)
    }

    func fail(_ error: any Error) {
        continuation.resume(throwing: error)
    }
}

extension Mailbox {
    /// Posts a question and waits for its answer.
    func ask<Value: Sendable>(_ question: (Reply<Value>) -> Message) async throws -> Value {
        try await withCheckedThrowingContinuation { post(question(Reply($0))) }
    }
}

/// Why a job cannot be started, in words for its user.
struct JobFailure: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
