import Glibc
import Wire

/// The owner of the runner's one job: it feeds the machine with events and performs its actions, on one thread.
///
/// Requests, ended processes and output reach it as messages. It starts the job's process itself, so that the process,
/// which asks to die with the thread that started it, dies with the runner.
final class JobLoop {
    private static let beatInterval = Duration.seconds(5)
    static let killPatience = Duration.seconds(10)
    /// Seconds between the request to stop and the force, where the job does not say.
    private static let defaultGrace = 10

    let options: StartOptions
    let mailbox: Mailbox
    let journal: Journal
    let log: RunnerLog
    let helpers: HelperProcesses
    var machine = RunnerMachine()
    var timers = JobTimers()
    var request: RunnerSubmitRequest?
    var codePath: String?
    /// The answer to `run`, once it was given.
    var info: RunnerJobInfo?
    var terminal: PseudoTerminal?
    var pump: OutputPump?
    var pumpHasEnded = false
    var main: pid_t?
    var mainHasExited = false
    /// Processes that the kernel had ended for lack of memory before the job began.
    var memoryKills: Int?
    var isKilling = false
    /// Where clients come in over SSH, once the job runs.
    var door: SSHDoor?
    /// What kept the last one who came from being let in.
    var doorTrouble: SystemError?
    let presence: Presence
    let readers: LogReaders
    /// What is told once the log's readers have all of it.
    var lastWord: Verdict?
    var lastWordDue = ContinuousClock.Instant.now
    /// What those readers had taken when they were looked at last.
    var piecesBefore = 0
    var exitsWhenEnded = false
    private(set) var isStopRequested = false
    /// Set when the runner is to end, to its exit status.
    var exitCode: Int32?

    init(
        _ options: StartOptions, mailbox: Mailbox, journal: Journal, log: RunnerLog, helpers: HelperProcesses,
        readers: LogReaders, presence: Presence
    ) {
        self.presence = presence
        self.readers = readers
        self.options = options
        self.mailbox = mailbox
        self.journal = journal
        self.log = log
        self.helpers = helpers
    }

    /// Whether a signal is all that asked for the job's end.
    var isStoppedFromOutside: Bool { exitsWhenEnded && !isStopRequested }

    /// Runs until the runner is to end; gives back its exit status.
    func run() -> Int32 {
        timers.start(.startDeadline, after: options.startDeadline)
        timers.start(.beat, after: Self.beatInterval)
        while true {
            let (messages, callers) = mailbox.take(until: timers.next, orReadable: door?.sockets ?? [])
            for listener in callers { letIn(listener) }
            for message in messages { receive(message) }
            for timer in timers.takeDue() { ring(timer) }
            if let exitCode { return exitCode }
        }
    }

    private func receive(_ message: Message) {
        switch message {
        case .submit(let request, let reply): submit(request, reply)
        case .run(let reply): start(reply)
        case .stop(let grace, let reply):
            log.write(.info, "stop requested")
            isStopRequested = true
            perform(.stop(grace))
            endPreparation()
            reply.send(())
        case .identify(let reply): reply.send(request?.jobSubmission.id)
        case .beginUpload(let reply):
            if machine.takesUploads {
                reply.send(())
            } else {
                reply.fail(Refusal("uploads are taken between submit and run"))
            }
        case .codeUploaded(let path): codePath = path
        case .prepared(let result): launch(result)
        case .readersGone: lookAtReaders()
        case .exited(let process, let status): reaped(process, status)
        case .pump(let event): pumped(event)
        case .terminate:
            log.write(.info, "terminated by a signal")
            exitsWhenEnded = true
            perform(.stop(.ofJob))
            endPreparation()
            endIfTold()
        case .serverFailed(let why):
            log.write(.error, why)
            exitCode = 1
        }
    }

    private func submit(_ request: RunnerSubmitRequest, _ reply: Reply<Void>) {
        guard !request.jobSpec.commands.isEmpty || !options.isProcess else {
            reply.fail(JobFailure("job_spec.commands is empty: there is nothing to run"))
            return
        }
        let job = RunnerMachine.Job(
            submission: request.jobSubmission.id,
            maxDuration: request.jobSpec.maxDuration.flatMap { $0 > 0 ? $0 : nil },
            grace: max(0, request.jobSpec.stopDuration ?? Self.defaultGrace))
        let actions = machine.handle(.submit(job))
        if let refusal = actions.refusal {
            reply.fail(refusal)
            return
        }
        self.request = request
        log.write(.info, "job \(job.submission) submitted")
        perform(actions)
        reply.send(())
    }

    private func start(_ reply: Reply<RunnerJobInfo?>) {
        let actions = machine.handle(.run)
        if let refusal = actions.refusal {
            reply.fail(refusal)
            return
        }
        perform(actions)
        reply.send(info)
    }

    private func ring(_ timer: JobTimers.Kind) {
        switch timer {
        case .startDeadline: perform(.startDeadlineDue)
        case .maxDuration: perform(.maxDurationDue)
        case .hangUp: perform(.hangUpDue)
        case .force: perform(.forceDue)
        case .beat:
            journal.beat()
            timers.start(.beat, after: Self.beatInterval)
        case .readers: readersAreDue()
        case .killPatience: stopWaitingForTree()
        case .door: door?.endRest()
        case .login:
            door?.endOverdue()
            watchLogins()
        case .killLook: if isKilling { continueKilling() }
        }
    }

    func perform(_ event: RunnerMachine.Event) {
        perform(machine.handle(event))
    }

    private func perform(_ actions: [RunnerMachine.Action]) {
        for action in actions {
            switch action {
            case .accept: break
            case .refuse(let why): log.write(.warning, "refused: \(why)")
            case .prepare: prepare()
            case .publishRunning:
                log.write(.info, "job is running as process \(main ?? 0)")
                journal.publish(.running, isFinal: false)
            case .startMaxDurationTimer(let seconds): timers.start(.maxDuration, after: .seconds(seconds))
            case .interrupt:
                signalJob(SIGINT)
                // An interactive shell other than bash asks for the next command once its own was interrupted.
                terminal?.endInput()
            case .hangUp: signalJob(SIGHUP)
            case .startGraceTimers(let seconds):
                timers.start(.hangUp, after: .milliseconds(seconds * 500))
                timers.start(.force, after: .seconds(seconds))
            case .cancelTimers: timers.cancel(.startDeadline, .maxDuration, .hangUp, .force)
            case .killTree: killTree()
            case .drainOutput: drainOutput()
            case .publish(let verdict): publish(verdict)
            case .exitUnused:
                log.write(.error, "no job was started within \(options.startDeadline); the runner ends")
                exitCode = 1
            case .report(let what): log.write(.warning, "unexpected: \(what)")
            }
        }
    }

    func endIfTold() {
        // An end with 0 says that the job is done, to whoever did not hear its last state.
        if exitsWhenEnded, lastWord == nil, case .ended(let verdict) = machine.state {
            exitCode = verdict.state == .done ? 0 : 128 + SIGTERM
        }
    }
}

/// A request that comes at the wrong time: 409 to the client.
struct Refusal: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension [RunnerMachine.Action] {
    /// The refusal among the actions, where there is one.
    var refusal: Refusal? {
        for case .refuse(let why) in self { return Refusal(why) }
        return nil
    }
}
