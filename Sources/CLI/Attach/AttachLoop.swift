import Client
import Wire

/// Takes an attachment's events one after the other.
struct AttachLoop {
    enum Outcome: Equatable {
        case finished
        case detached
    }

    let attachment: RunAttachment
    let queue: AttachQueue
    let interrupts: Interrupts
    private var machine = AttachMachine()
    private var lines: TransitionLine
    private var isStopping = false
    private var isWatchingPulls = false
    /// Whether the log's last byte was a line end, or nothing of it was shown yet.
    private var isAtLineStart = true

    private var session: Session { attachment.session }
    private var run: Client.Run { attachment.run }

    init(attachment: RunAttachment, queue: AttachQueue, interrupts: Interrupts) {
        self.attachment = attachment
        self.queue = queue
        self.interrupts = interrupts
        lines = TransitionLine(isSingleJob: attachment.run.model.jobCount <= 1)
    }

    mutating func run(_ group: inout ThrowingTaskGroup<Void, any Error>) async throws -> Outcome {
        while true {
            switch await queue.next() {
            case .transition(let transition):
                if await perform(machine.transition(transition), &group) {
                    return .finished
                }
            case .pulls(let pulls):
                await show(pulls)
            case .log(let piece, _):
                isAtLineStart = piece.last == UInt8(ascii: "\n")
                await session.output.write(raw: piece)
            case .logEnded(let submission, let error):
                await startLine()
                if let error {
                    await session.errors.print(StyledText("The log breaks off: \(error)", .warning))
                }
                if await perform(machine.logEnded(submission: submission), &group) {
                    return .finished
                }
            case .lost(let error):
                await startLine()
                throw error
            case .interrupted:
                await startLine()
                guard try await interrupted() else {
                    return .detached
                }
                let (attachment, queue, interrupts) = (attachment, queue, interrupts)
                group.addTask { await attachment.sendInterrupt(interrupts, to: queue) }
            }
        }
    }

    /// Whether the run has ended.
    private mutating func perform(
        _ actions: [AttachMachine.Action], _ group: inout ThrowingTaskGroup<Void, any Error>
    ) async -> Bool {
        for action in actions {
            switch action {
            case .show(let transition):
                if let line = lines.make(transition) {
                    await startLine()
                    await session.output.print(line)
                }
                if transition.kind == .run, transition.to == RunStatus.pending.rawValue {
                    await showNextStart()
                }
                if transition.kind == .job, transition.to == JobStatus.pulling.rawValue { watchPulls(&group) }
            case .follow(let submission):
                await session.output.print("\(run.name, .code) provisioning completed \("(running)", .secondary)")
                let (attachment, queue) = (attachment, queue)
                group.addTask { await attachment.sendLog(submission, to: queue) }
            case .finish:
                return true
            }
        }
        return false
    }

    /// Says when a run that waits for its schedule is started.
    private func showNextStart() async {
        // The transitions go on, and tell it where the server does not answer now.
        guard let start = try? await run.refreshed().model.nextStart else {
            return
        }
        await session.output.print(
            StyledText("Waiting for schedule. Next run: \(TimeText.dateAndZone(start))", .secondary))
    }

    /// On a terminal: what is there once is told by the transitions.
    private mutating func watchPulls(_ group: inout ThrowingTaskGroup<Void, any Error>) {
        guard session.output.isTerminal, !isWatchingPulls else {
            return
        }
        isWatchingPulls = true
        let (attachment, queue) = (attachment, queue)
        group.addTask { await attachment.sendPulls(to: queue) }
    }

    private mutating func show(_ pulls: [PullBar.Pull]) async {
        if pulls.isEmpty {
            isWatchingPulls = false
            await session.output.eraseLive()
        } else if isAtLineStart {
            await session.output.draw(live: pulls.map(PullBar.line))
        }
    }

    /// The first Ctrl-C asks, the next one kills. Whether to go on following.
    private mutating func interrupted() async throws -> Bool {
        if isStopping {
            try await run.stop(abort: true)
            await session.output.print(StyledText("Aborting...", .error))
            return true
        }
        await session.output.print()
        guard session.input.isTerminal,
            try await session.confirm("Stop the run \(run.name, .code) before detaching?", unless: false, interrupts)
        else {
            await session.output.print("Detached")
            return false
        }
        isStopping = true
        try await run.stop()
        await session.output.print("Stopping...")
        return true
    }

    private mutating func startLine() async {
        if !isAtLineStart {
            await session.output.print()
            isAtLineStart = true
        }
    }
}
