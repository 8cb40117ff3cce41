import Backends
import Synchronization
import Wire

/// The runner of one task: executes a script, keeps its states and its log, and tells them to any reader.
final class SimulatedRunner: Sendable {
    private struct State {
        var submission: RunnerSubmitRequest?
        var isStarted = false
        var states: [RunnerState] = []
        var logBytes: Int64 = 0
        var readers: [Channel<RunnerFrame>] = []
        var work: Task<Void, Never>?
        var execution: Int?
        var isDead = false
        /// When the last client leaves, once the job has begun.
        var left: Timestamp?
    }

    let address: String
    private let world: WorldHandles
    private let mistake: Mistake?
    private let state = Mutex(State())

    init(address: String, world: WorldHandles, mistake: Mistake?) {
        self.address = address
        self.world = world
        self.mistake = mistake
    }

    func submit(_ request: RunnerSubmitRequest) throws(AgentError) {
        let (isRefused, isTaken) = state.withLock { state in
            if state.isDead { return (true, false) }
            if state.submission == nil { state.submission = request }
            return (state.submission?.jobSubmission != request.jobSubmission, state.isStarted)
        }
        if isTaken { throw .refused(status: 409, message: "this runner has its job") }
        if isRefused { throw .unreachable("the runner is dead, or serves another job") }
    }

    func run() throws(AgentError) -> RunnerJobInfo {
        let begins: RunnerSubmitRequest? = state.withLock { state in
            guard !state.isDead, let submission = state.submission else { return nil }
            if state.isStarted { return mistake == .repeatedRun ? submission : nil }
            state.isStarted = true
            state.states.append(RunnerState(seq: 1, timestamp: 0, state: .running))
            return submission
        }
        if let begins { begin(begins) }
        // One that died on the way tells nobody that it has begun.
        if state.withLock({ $0.isDead }) { throw .unreachable("the runner is dead") }
        if state.withLock({ $0.submission == nil }) { throw .refused(status: 409, message: "no job was submitted") }
        return RunnerJobInfo(workingDir: "/work", username: "user")
    }

    func stop(grace: Int?) {
        guard let script = state.withLock({ $0.submission.flatMap { JobScript(commands: $0.jobSpec.commands) } })
        else { return }
        let wait: Duration = script.isStubborn ? .seconds(grace ?? 10) : .milliseconds(20)
        world.start { [self] in
            await world.wait(wait)
            finish(
                RunnerState(timestamp: 0, state: .terminated, terminationReason: "terminated_by_user"),
                isComplete: false)
        }
    }

    func secondsUnconnected() throws(AgentError) -> Int? {
        let (isDead, isOver, left) = state.withLock {
            ($0.isDead, $0.states.last?.state.isFinished == true, $0.left)
        }
        if isDead { throw .unreachable("the runner is dead") }
        // Of a job that is over there is nobody to be alone; that it is has to be heard first.
        return isOver ? nil : left.map { max(0, Int(world.now.since($0).components.seconds)) }
    }

    /// Opens a stream from a cursor: what is there at once, then what comes.
    func stream(from cursor: RunnerCursor) throws(AgentError) -> Channel<RunnerFrame> {
        let channel: Channel<RunnerFrame>? = state.withLock { state in
            if state.isDead { return nil }
            let channel = Channel<RunnerFrame>()
            if let id = state.submission?.jobSubmission.id, cursor.logOffset < state.logBytes {
                channel.send(.log(chunk(id, cursor.logOffset..<state.logBytes)))
            }
            for told in state.states where (told.seq ?? 0) > cursor.stateSeq { channel.send(.state(told)) }
            if state.states.last?.state.isFinished == true {
                channel.send(.end(logBytes: state.logBytes))
                channel.finish()
            } else {
                state.readers.append(channel)
            }
            return channel
        }
        guard let channel else { throw .unreachable("the runner is dead") }
        return channel
    }

    /// Ends everything at once, as the end of its processes does.
    func kill() {
        let (work, readers, execution) = state.withLock { state in
            state.isDead = true
            defer { state.readers = [] }
            return (state.work, state.readers, state.execution)
        }
        work?.cancel()
        if let execution { world.ledger.end(execution, at: world.now, isComplete: false) }
        for reader in readers { reader.finish() }
    }

    private func begin(_ request: RunnerSubmitRequest) {
        // A job without its secret would never come to its end, and the world not to rest.
        guard let script = JobScript(commands: request.jobSpec.commands),
            request.jobSpec.env["TOKEN"] == SimulatedStore.secret
        else { return }
        let id = request.jobSubmission.id
        let attempt = world.ledger.count(runID: request.run.id, jobNum: request.jobSpec.jobNum)
        let left = world.now.advanced(by: .milliseconds(script.attendedMilliseconds))
        let execution = world.ledger.begin(
            id, runID: request.run.id, jobNum: request.jobSpec.jobNum,
            nodes: request.clusterInfo?.jobIPs ?? [], at: world.now, left: left)
        let work = world.start { [self] in
            for _ in 0..<script.pieces {
                guard await world.wait(.milliseconds(script.milliseconds / script.pieces)) else { return }
                write(id, script.pieceBytes, execution)
            }
            guard await world.wait(.milliseconds(script.pieces == 0 ? script.milliseconds : 0)) else { return }
            let status = attempt < script.failures ? 1 : script.exitStatus
            finish(
                RunnerState(
                    timestamp: 0, state: status == 0 ? .done : .failed,
                    terminationReason: status == 0 ? nil : "container_exited_with_error", exitStatus: status),
                isComplete: true)
        }
        state.withLock { state in
            state.work = work
            state.execution = execution
            state.left = left
        }
    }

    private func write(_ id: String, _ bytes: Int, _ execution: Int) {
        state.withLock { state in
            guard !state.isDead, state.states.last?.state.isFinished != true else { return }
            let start = state.logBytes
            state.logBytes += Int64(bytes)
            world.ledger.wrote(execution, bytes)
            for reader in state.readers { reader.send(.log(chunk(id, start..<state.logBytes))) }
        }
    }

    private func chunk(_ id: String, _ range: Range<Int64>) -> LogChunk {
        LogChunk(offset: range.lowerBound, time: world.now, bytes: JobScript.log(of: id, range))
    }

    private func finish(_ last: RunnerState, isComplete: Bool) {
        let work: Task<Void, Never>? = state.withLock { state in
            guard !state.isDead, state.states.last?.state.isFinished != true else { return nil }
            var last = last
            last.seq = state.states.count + 1
            state.states.append(last)
            if let execution = state.execution { world.ledger.end(execution, at: world.now, isComplete: isComplete) }
            for reader in state.readers {
                reader.send(.state(last))
                reader.send(.end(logBytes: state.logBytes))
                reader.finish()
            }
            state.readers = []
            return state.work
        }
        if !isComplete { work?.cancel() }
    }
}
