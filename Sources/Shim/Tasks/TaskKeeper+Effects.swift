import CProcesses
import Glibc
import Wire

extension TaskKeeper {
    /// Does one thing that a task's machine decided.
    func perform(_ action: TaskMachine.Action, _ id: String) {
        guard let entry = entries[id] else { return }
        switch action {
        case .save:
            save(entry.record)
        case .publish:
            entries[id]?.seq = seq + 1
            publish { ShimStreamLine(bootID: bootID, seq: $0, task: entries[id]?.wire) }
            if entry.machine.isTerminated { settle(id) }
        case .askToEnd(let runner):
            signal(SIGTERM, runner)
        case .startGrace(let seconds):
            entries[id]?.grace = wait(.seconds(seconds)) { keeper in keeper.event(id) { $0.graceEnded() } }
        case .endGrace:
            cancel(entry.grace)
            entries[id]?.grace = nil
        case .killAll:
            kill(entry.record)
        case .watchGroup:
            watchGroup(id, pause: firstPause(entry.record.group))
        case .answerTermination:
            entries[id]?.waiters = []
            for waiter in entry.waiters { waiter.resume() }
        }
    }

    /// A child ended: a runner, or an orphan of some task.
    func childEnded(_ pid: Int32, _ status: ExitStatus) {
        guard let id = runners.removeValue(forKey: pid), let entry = entries[id] else { return }
        runnerEnded(id, status, mark: entry.record.mark)
    }

    /// A runner that an earlier shim had started ended.
    func adoptedEnded(_ id: String) {
        guard let entry = entries[id], let descriptor = entry.adopted else { return }
        loop.unwatch(descriptor)
        close(descriptor)
        entries[id]?.adopted = nil
        runnerEnded(id, .unknown, mark: entry.record.mark)
    }

    private func runnerEnded(_ id: String, _ status: ExitStatus, mark: String) {
        log.info("task \(id): the runner \(status.words)")
        event(id) { $0.runnerExited(status, log: files.runnerLogTail(mark)) }
    }

    /// Writes down what changed. Where that fails the task goes on: a shim that starts again finds the older record,
    /// looks for the processes that it tells of and comes to the same end.
    private func save(_ record: TaskRecord) {
        do {
            try files.records.write(record, id: record.id)
        } catch {
            log.error("task \(record.id): cannot be written down: \(error)")
        }
    }

    private func signal(_ number: Int32, _ process: ProcessIdentity) {
        guard Proc.isAlive(process) else { return }
        _ = Glibc.kill(process.pid, number)
    }

    private func kill(_ record: TaskRecord) {
        do {
            try record.group.kill(mark: record.mark)
        } catch {
            log.warning("task \(record.id): \(error); its processes are looked for one by one")
            for pid in MarkedProcesses.find(record.mark) { _ = Glibc.kill(pid, SIGKILL) }
        }
        // (1) the runner was launched, (2) its end is asked for before it became the runner's program: until then it
        // carries no mark. Its number is known.
        if let runner = record.runner { signal(SIGKILL, runner) }
    }

    /// Reports the group as empty, or looks again when the kernel says that something changed.
    private func watchGroup(_ id: String, pause: Duration) {
        guard let entry = entries[id] else { return }
        let record = entry.record
        guard !record.group.isEmpty(mark: record.mark) else {
            endGroupWatch(id)
            event(id) { $0.groupEmptied() }
            return
        }
        if entry.groupEvents == nil, let file = record.group.eventsFile {
            let descriptor = open(file, O_RDONLY | O_CLOEXEC)
            if descriptor >= 0, watchEvents(descriptor, id) { entries[id]?.groupEvents = descriptor }
        }
        // Where the kernel does not tell, and as a net under it: ask again, and kill what was born meanwhile.
        cancel(entries[id]?.recheck)
        entries[id]?.recheck = wait(pause) { keeper in
            keeper.kill(record)
            keeper.watchGroup(id, pause: min(pause * 2, .milliseconds(100)))
        }
    }

    /// Where the kernel tells of the end, asking is only the net under it.
    private func firstPause(_ group: ProcessGroup) -> Duration {
        group.eventsFile == nil ? .milliseconds(1) : .milliseconds(100)
    }

    private func watchEvents(_ descriptor: Int32, _ id: String) -> Bool {
        do {
            try loop.watch(descriptor, for: .priority) { [weak self] in
                self?.assumeIsolated { $0.watchGroup(id, pause: .milliseconds(100)) }
            }
            return true
        } catch {
            log.warning("task \(id): \(error)")
            close(descriptor)
            return false
        }
    }

    private func endGroupWatch(_ id: String) {
        cancel(entries[id]?.recheck)
        entries[id]?.recheck = nil
        guard let descriptor = entries[id]?.groupEvents else { return }
        entries[id]?.groupEvents = nil
        loop.unwatch(descriptor)
        close(descriptor)
    }

    /// The task is over: its control group goes now, its directory and address when it is removed.
    private func settle(_ id: String) {
        guard let entry = entries[id] else { return }
        _ = entry.record.group.remove()
        log.info("task \(id): terminated: \(entry.record.ending?.reason ?? "")")
    }

    /// Calls `body` after a while, unless cancelled.
    private func wait(_ time: Duration, _ body: @escaping @Sendable (isolated TaskKeeper) -> Void) -> LoopTimers.ID {
        loop.wait(time) { [weak self] in self?.assumeIsolated(body) }
    }

    private func cancel(_ timer: LoopTimers.ID?) {
        if let timer { loop.cancel(timer) }
    }
}
