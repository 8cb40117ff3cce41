/// The life of the one job that a runner executes, as a pure function of its events.
///
///     waitingForSubmit ─submit→ waitingForRun ─run→ preparing ─started→ running ─mainExited→ clearing ─treeGone→
///     draining ─outputDrained→ ended
///
/// `stop`, a passed max_duration, a passed log quota and a failing log lead from `running` to `stopping`, which
/// leaves by the main process's exit like `running` does. `stop` before the start ends the job without a process.
/// The job loop performs the actions and owns clock, processes and files; nothing here does I/O.
struct RunnerMachine: Equatable {
    enum State: Equatable {
        case waitingForSubmit
        case waitingForRun(Job)
        /// Files are unpacked and the process is being started; a request to stop waits for that.
        case preparing(Job, stop: Grace?)
        case running(Job)
        case stopping(Job, StopCause)
        /// The main process is gone, what it left behind is being killed.
        case clearing(Verdict)
        /// Every process is gone, the rest of the terminal's output is being kept.
        case draining(Verdict)
        case ended(Verdict)
    }

    /// What the machine must know of a job.
    struct Job: Equatable {
        var submission: String
        /// Seconds; nil for no limit.
        var maxDuration: Int?
        /// Seconds from a request to stop to the force.
        var grace: Int
    }

    /// How long a job that is asked to end may take.
    enum Grace: Equatable, Sendable {
        /// What the job's own specification says.
        case ofJob
        case seconds(Int)
        /// It is never forced.
        case unlimited
    }

    enum Event: Equatable {
        case submit(Job)
        case run
        case stop(Grace)
        case started
        case notStarted(Verdict)
        case hangUpDue
        case forceDue
        case maxDurationDue
        case logQuotaExceeded(bytes: Int)
        case logFailed(String)
        case mainExited(ExitStatus)
        case treeGone
        case outputDrained
        /// The job did not start in time after the runner's start.
        case startDeadlineDue
    }

    enum Action: Equatable {
        /// The request that is being answered is granted.
        case accept
        /// The request comes at the wrong time.
        case refuse(String)
        /// Unpack, resolve user and directory, start the process; then `started` or `notStarted`.
        case prepare
        case publishRunning
        case startMaxDurationTimer(seconds: Int)
        /// Ask the job's foreground processes to end, as Ctrl-C would.
        case interrupt
        /// Tell the terminal's processes that it hangs up.
        case hangUp
        /// `hangUpDue` after half of it, `forceDue` after all of it.
        case startGraceTimers(seconds: Int)
        case cancelTimers
        /// Kill every process of the job until none is left; then `treeGone`.
        case killTree
        /// Keep what the terminal still holds; then `outputDrained`.
        case drainOutput
        case publish(Verdict)
        /// End the runner: nobody gave it a job.
        case exitUnused
        /// An event that this state cannot have: to the runner's log.
        case report(String)
    }

    private(set) var state: State = .waitingForSubmit

    mutating func handle(_ event: Event) -> [Action] {
        switch event {
        case .submit(let job): submit(job)
        case .run: run()
        case .stop(let grace): stop(grace)
        case .started: started()
        case .notStarted(let verdict): notStarted(verdict)
        case .hangUpDue: hangUpDue()
        case .forceDue: forceDue()
        case .maxDurationDue: maxDurationDue()
        case .logQuotaExceeded(let bytes): endNow(.logQuota(bytes: bytes), event)
        case .logFailed(let why): endNow(.logFailure(why), event)
        case .mainExited(let status): mainExited(status)
        case .treeGone: treeGone()
        case .outputDrained: outputDrained()
        case .startDeadlineDue: startDeadlineDue()
        }
    }

    /// Whether archives and code may be uploaded now.
    var takesUploads: Bool {
        if case .waitingForRun = state { true } else { false }
    }

    mutating func move(to next: State) {
        state = next
    }

    /// The action for an event that cannot come in this state: the job goes on, the runner's log tells.
    func unexpected(_ event: Event) -> [Action] {
        [.report("event \(event) in state \(state)")]
    }
}
