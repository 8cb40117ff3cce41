import Backends
import Store
import Wire

/// Takes over a runner's states and logs for as long as the job lives, across lost connections.
///
/// Log bytes are kept before the state that follows them is posted, so a final state means that the log is
/// whole. A reconnect asks from the first byte that is not kept: nothing is lost, nothing stands twice.
struct RunnerFollower: Sendable {
    private let environment: Environment
    private let surroundings: any Surroundings
    private let actor: JobActor
    private let instanceID: String
    private let address: RunnerAddress

    init(actor: JobActor, instanceID: String, address: RunnerAddress) {
        environment = actor.environment
        surroundings = actor.surroundings
        self.actor = actor
        self.instanceID = instanceID
        self.address = address
    }

    /// Ends when everything was taken over; throws `CancellationError` where the state no longer owes it.
    func run(_ post: JobActor.Post) async throws {
        let record = await actor.record
        let log = LogName(projectID: record.projectID, runID: record.runID, jobID: record.id, kind: .job)
        let runnerLog = LogName(projectID: record.projectID, runID: record.runID, jobID: record.id, kind: .runner)
        var stateSeq = 0
        var place: PolledPlace?
        var backoff = Backoff()
        var roomBackoff = Self.roomBackoff
        while true {
            do throws(FollowError) {
                var cursor = try await cursor(stateSeq, log, runnerLog)
                cursor.place = place
                guard let host = await surroundings.host(instanceID: instanceID) else { throw .lost }
                let runner = host.runner(at: address)
                defer { runner.release() }
                let stream = try await open(runner, cursor)
                await post(.runner(.back))
                backoff = Backoff()
                let result = await take(stream, log, runnerLog, &stateSeq, post)
                place = await stream.place
                await stream.close()
                if try result.get() { return }
            } catch {
                try Task.checkCancellation()
                switch error {
                case .log(let why):
                    await post(.logFailed(why))
                    return
                case .full:
                    // What the server has not kept the runner still has. The states behind it wait with it: a log is whole
                    // before its job is done.
                    try await environment.clock.sleep(for: roomBackoff.step(jitter: environment.jitter()))
                    continue
                case .lost:
                    await post(.runner(.lost))
                }
            }
            roomBackoff = Self.roomBackoff
            try await environment.clock.sleep(for: backoff.step(jitter: environment.jitter()))
        }
    }

    private static let roomBackoff = Backoff(first: .milliseconds(500), limit: .seconds(5))

    private enum FollowError: Error {
        /// The connection broke or the peer is not there.
        case lost
        /// There is no room for the log now.
        case full
        /// The log cannot be kept, in words for the user.
        case log(String)

        /// What the log's store met.
        init(_ error: any Error) {
            self = (error as? LogError)?.isFull == true ? .full : .log("\(error)")
        }
    }

    private func cursor(_ stateSeq: Int, _ log: LogName, _ runnerLog: LogName) async throws(FollowError)
        -> RunnerCursor
    {
        do {
            return RunnerCursor(
                stateSeq: stateSeq, logOffset: try await environment.logs.length(of: log),
                runnerLogOffset: try await environment.logs.length(of: runnerLog))
        } catch {
            throw FollowError(error)
        }
    }

    private func open(_ runner: any RunnerClient, _ cursor: RunnerCursor) async throws(FollowError)
        -> any RunnerStream
    {
        do {
            return try await runner.stream(from: cursor)
        } catch {
            throw .lost
        }
    }

    /// Reads one stream to its end; true where everything was taken over.
    private func take(
        _ stream: any RunnerStream, _ log: LogName, _ runnerLog: LogName, _ stateSeq: inout Int,
        _ post: JobActor.Post
    ) async -> Result<Bool, FollowError> {
        var isRunnerLogBehind = false
        while true {
            let frame: RunnerFrame?
            do {
                frame = try await stream.next()
            } catch {
                return .failure(.lost)
            }
            switch frame {
            case nil: return .failure(.lost)
            case .heartbeat: continue
            case .end: return .success(true)
            case .state(let state):
                if let seq = state.seq, seq <= stateSeq { continue }
                // After a final state the agent forgets the log. Until the log is safe the state counts as not heard, so
                // that the next stream brings it again.
                if state.state.isFinished, let error = await sync([log, runnerLog]) { return .failure(error) }
                stateSeq = state.seq ?? stateSeq
                await post(.runnerState(state))
            case .log(let chunk):
                if let error = await keep(chunk, in: log) { return .failure(error) }
            case .runnerLog(let chunk):
                if isRunnerLogBehind { continue }
                if let error = await keep(chunk, in: runnerLog) {
                    // What the runner says of itself is not worth to hold a state back: the next stream brings it, if any.
                    guard case .full = error else { return .failure(error) }
                    isRunnerLogBehind = true
                }
            }
        }
    }

    private func sync(_ logs: [LogName]) async -> FollowError? {
        do {
            for log in logs { try await environment.logs.sync(log) }
            return nil
        } catch {
            return FollowError(error)
        }
    }

    /// Appends what is new of a chunk. A chunk that would leave a gap means that the stream is not ours.
    private func keep(_ chunk: LogChunk, in log: LogName) async -> FollowError? {
        do {
            let length = try await environment.logs.length(of: log)
            guard chunk.offset <= length else { return .lost }
            let known = Int(length - chunk.offset)
            guard known < chunk.bytes.count else { return nil }
            let new = known == 0 ? chunk.bytes : Array(chunk.bytes[known...])
            let kept = try await environment.logs.append(new, at: length, time: chunk.time, to: log)
            // Another follower of the same log was faster: begin again from what it kept.
            return kept == chunk.end ? nil : .lost
        } catch {
            return FollowError(error)
        }
    }
}
