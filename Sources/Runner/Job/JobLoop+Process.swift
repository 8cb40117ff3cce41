import Glibc
import Threads
import Wire

/// Start and end of the job's processes.
extension JobLoop {
    /// Resolves where the job runs, answers that, and has its files unpacked on another thread.
    func prepare() {
        guard let request else { return }
        timers.cancel(.startDeadline)
        let setup: JobSetup
        do {
            setup = try JobSetup(request, options: options, codePath: codePath)
        } catch {
            mailbox.post(.prepared(.failure(error)))
            return
        }
        // From here on the setup alone has what opens the repository.
        self.request?.repoCredentials = nil
        info = RunnerJobInfo(workingDir: setup.workingDirectory, username: setup.user.name ?? "")
        do {
            try PosixThread.startSmall { [mailbox, log, helpers] in
                do {
                    mailbox.post(.prepared(.success(try setup.unpack(log, helpers))))
                } catch let failure as JobFailure {
                    mailbox.post(.prepared(.failure(failure)))
                } catch {
                    mailbox.post(.prepared(.failure(JobFailure("\(error)"))))
                }
            }
        } catch {
            mailbox.post(.prepared(.failure(JobFailure(error.description))))
        }
    }

    /// What is still being cloned for a job that is to stop is not waited for.
    func endPreparation() {
        if case .preparing = machine.state { helpers.cancel() }
    }

    func launch(_ prepared: Result<PreparedJob, JobFailure>) {
        do {
            let job = try prepared.get()
            let start = job.start
            let terminal = try PseudoTerminal.open()
            self.terminal = terminal
            if start.place.changesUser { try terminal.give(to: start.place.uid) }
            memoryKills = MemoryLimit.kills()
            openDoor(job.ssh)
            presence.begin()
            main = try start(on: terminal)
            pump = try OutputPump.start(from: terminal, to: journal, quota: request?.logQuotaHour) { [mailbox] event in
                mailbox.post(.pump(event))
            }
            perform(.started)
        } catch {
            // A process without its pump would run unseen.
            if let main { kill(main, SIGKILL) }
            perform(.notStarted(.notStarted("\(error)")))
        }
    }

    /// A child of the runner ended: the job's main process, or an orphan that the job left.
    func reaped(_ process: pid_t, _ status: ExitStatus) {
        if door?.ended(process) == true {
            log.write(.debug, "SSH connection \(process) \(status.words)")
            if isKilling { continueKilling() }
            lookAtReaders()
        } else if process == main, !mainHasExited {
            mainHasExited = true
            log.write(.info, "process \(process) \(status.words)")
            perform(.mainExited(status))
        } else if isKilling {
            continueKilling()
        }
    }

    /// The verdict with what the job's own end does not tell.
    func explained(_ verdict: Verdict) -> Verdict {
        if options.isProcess { return verdict }
        var explained = verdict
        if isStoppedFromOutside, verdict.state == .terminated, verdict.reason == nil {
            explained.state = .failed
            explained.reason = .containerExitedWithError
            explained.message = "the container was stopped from outside, by docker stop or the Docker Engine's own end"
        }
        // The process that the kernel ended may have been a child of the job's, so its exit status does not say it.
        guard verdict.reason == .containerExitedWithError, let before = memoryKills,
            let now = MemoryLimit.kills(), now > before
        else { return explained }
        let limit = MemoryLimit.bytes().map { " of \($0 >> 20) MiB" } ?? ""
        explained.message =
            "out of memory: the kernel ended \(now - before) of the job's processes at the limit\(limit)"
            + (verdict.message.map { "; \($0)" } ?? "")
        return explained
    }

    /// Tells the foreground processes, and the main one where it is not among them: an interactive shell is not.
    func signalJob(_ signal: Int32) {
        guard let terminal, let main, !mainHasExited else { return }
        log.write(.info, "sending \(SignalName.of(Int(signal)))")
        // The shell first: an interactive one that sees its command die of SIGINT before it got one itself takes that for
        // a Ctrl-C of somebody at the terminal, and ends without its traps.
        if terminal.foregroundGroup != getpgid(main) { kill(main, signal) }
        terminal.signalForeground(signal)
    }

    func killTree() {
        isKilling = true
        timers.start(.killPatience, after: Self.killPatience)
        continueKilling()
    }

    func continueKilling() {
        // Who reads the log's end over SSH reads on; shells and commands of such connections end with the job.
        let spared = door?.connections ?? []
        guard !ProcessTree.isEmpty(besides: spared) else {
            treeIsGone()
            return
        }
        switch ProcessTree.killRound(besides: spared) {
        case .killed:
            // Those of a connection that goes on are its server's children.
            if !spared.isEmpty { timers.start(.killLook, after: .milliseconds(10)) }
        case .forbidden(let processes):
            log.write(.warning, "processes \(processes) may not be killed by this user and are left")
            treeIsGone()
        }
    }

    func stopWaitingForTree() {
        guard isKilling else { return }
        log.write(.warning, "processes \(ProcessTree.descendants(of: getpid())) do not die and are left")
        treeIsGone()
    }

    private func treeIsGone() {
        // Until the main process's exit has been told, its status is on its way and the machine asks once more.
        guard mainHasExited else { return }
        isKilling = false
        timers.cancel(.killPatience, .killLook)
        perform(.treeGone)
    }

    func drainOutput() {
        if pumpHasEnded {
            perform(.outputDrained)
        } else {
            pump?.finish()
        }
    }

    func pumped(_ event: OutputPump.Event) {
        switch event {
        case .quotaExceeded(let bytes): perform(.logQuotaExceeded(bytes: bytes))
        case .failed(let why): perform(.logFailed(why))
        case .ended:
            pumpHasEnded = true
            if case .draining = machine.state { perform(.outputDrained) }
        }
    }
}
