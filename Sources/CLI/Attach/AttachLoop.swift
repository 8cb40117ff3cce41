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
    private var machine: AttachMachine
    /// The run's ports, from its first running on: over new submissions of the job.
    private var forward: PortForward?
    /// The run's name for `ssh`, likewise.
    private var login: RunAttachment.Login?
    /// Counts as somebody who is connected, where a run ends without.
    private var attendance: Attendance?
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
        machine = attachment.purpose.machine
        lines = TransitionLine(isSingleJob: attachment.run.model.jobCount <= 1)
    }

    mutating func run(_ group: inout ThrowingTaskGroup<Void, any Error>) async throws -> Outcome {
        while true {
            switch await queue.next() {
            case .transition(let transition):
                if try await perform(machine.transition(transition), &group) {
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
                if try await perform(machine.logEnded(submission: submission), &group) {
                    return .finished
                }
            case .port(let notice):
                await startLine()
                await session.errors.print(
                    StyledText("A connection to port \(notice.port) failed: \(notice.message)", .warning))
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
    ) async throws -> Bool {
        for action in actions {
            switch action {
            case .show(let transition):
                let isKnown = attachment.purpose.known.map { transition.recordedAt <= $0 } ?? false
                if let line = lines.make(transition), !isKnown {
                    await startLine()
                    await session.output.print(line)
                }
                if transition.kind == .run, transition.to == RunStatus.pending.rawValue {
                    await showNextStart()
                }
                if transition.kind == .job, transition.to == JobStatus.pulling.rawValue { watchPulls(&group) }
            case .attach:
                try await attached(&group)
            case .follow(let submission):
                let (attachment, queue) = (attachment, queue)
                group.addTask { await attachment.sendLog(submission, to: queue) }
                // What the log says meanwhile waits in the queue.
                try await attached(&group)
            case .finish:
                return true
            }
        }
        return false
    }

    /// The job runs: its ports are forwarded from now on, which is said once.
    private mutating func attached(_ group: inout ThrowingTaskGroup<Void, any Error>) async throws {
        let purpose = attachment.purpose
        if !purpose.isAttach {
            await session.output.print("\(run.name, .code) provisioning completed \("(running)", .secondary)")
        }
        guard forward == nil, login == nil else { return }
        do {
            forward = try await attachment.forward()
        } catch {
            // The run goes on, and its log can be shown: only who came for the ports has come in vain.
            guard !purpose.isAttach, let words = Self.words(error) else { throw error }
            await session.errors.print(StyledText("The run's ports are not forwarded. ", .warning) + words)
        }
        if let forward {
            let (attachment, queue) = (attachment, queue)
            group.addTask { await attachment.sendNotices(forward, to: queue) }
        }
        if login == nil { login = try await attachment.login() }
        if attendance == nil {
            do {
                attendance = try await attachment.attend()
            } catch let error as PortForwardError {
                await session.errors.print(
                    StyledText("This client does not count as connected. \(error)", .warning))
            }
        }
        await session.output.print(lines: AttachedText.lines(attachment, forward?.ports ?? [], login))
    }

    /// The end of the attachment, however it came.
    func close() async {
        attendance?.stop()
        guard case .made(let login) = login else { return }
        do {
            try await offPool { try login.close() }
        } catch {
            await session.errors.print(StyledText("\(error)", .warning))
        }
    }

    private static func words(_ error: any Error) -> StyledText? {
        switch error {
        case let error as CommandError: error.text
        case let error as PortForwardError: StyledText(error.description, .warning)
        case let error as ClientError: StyledText(error.description, .warning)
        default: nil
        }
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
        if attachment.purpose.isAttach {
            await session.output.print(lines: ["", "Detached", AttachedText.again(attachment)])
            return false
        }
        if isStopping {
            try await run.stop(abort: true)
            await session.output.print(StyledText("Aborting...", .error))
            return true
        }
        await session.output.print()
        guard session.input.isTerminal,
            try await session.confirm("Stop the run \(run.name, .code) before detaching?", unless: false, interrupts)
        else {
            await session.output.print(lines: ["Detached", AttachedText.again(attachment)])
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
