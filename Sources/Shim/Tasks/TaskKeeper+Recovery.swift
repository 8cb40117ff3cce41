import CProcesses
import Glibc
import Wire

extension TaskKeeper {
    /// Reads what an earlier shim wrote down, takes over the runners that still run and ends what is left of others.
    /// Before anything is asked of the keeper.
    func recover() {
        loop.onExit { [weak self] pid, status in
            self?.assumeIsolated { $0.childEnded(pid, status) }
        }
        let (records, unreadable) = files.records.readAll()
        for (id, error) in unreadable {
            log.error("\(error); the task '\(id)' counts as lost, the file stays as it is")
            self.unreadable[id] = error
        }
        for record in records {
            entries[record.id] = TaskEntry(record: record, machine: record.machine)
            if !record.address.isEmpty { addresses.take(record.address) }
        }
        // What cannot be read may own any of these, so they stay then.
        if unreadable.isEmpty { removeStrays(records) }
        for record in records.sorted(by: { $0.id < $1.id }) {
            recover(record)
        }
        recoverContainers()
    }

    private func recover(_ record: TaskRecord) {
        guard record.phase != .terminated else {
            _ = record.group.remove()
            return
        }
        var runner = record.kernelBoot == kernelBoot ? findRunner(record) : nil
        if let found = runner, !adopt(found, record.id) { runner = nil }
        let words = runner.map { "its runner \($0.pid) still runs" } ?? "its runner is gone"
        log.info("task \(record.id): was \(record.phase.rawValue), \(words)")
        event(record.id) { $0.recovered(runner) }
    }

    private func findRunner(_ record: TaskRecord) -> ProcessIdentity? {
        if let runner = record.runner {
            return Proc.isAlive(runner) ? runner : nil
        }
        return MarkedProcesses.leader(record.mark)
    }

    /// Watches a runner that is not our child. False where it is gone.
    private func adopt(_ runner: ProcessIdentity, _ id: String) -> Bool {
        let descriptor = cprocesses_open(runner.pid)
        guard descriptor >= 0 else { return false }
        // (1) it was alive, (2) it ended and its number went to another, (3) we opened that one: the start time tells.
        guard Proc.isAlive(runner) else {
            close(descriptor)
            return false
        }
        do {
            try loop.watch(descriptor, for: .input) { [weak self] in
                self?.assumeIsolated { $0.adoptedEnded(id) }
            }
        } catch {
            log.error("task \(id): \(error)")
            close(descriptor)
            return false
        }
        entries[id]?.adopted = descriptor
        return true
    }

    /// Ends processes and directories that no record knows.
    private func removeStrays(_ records: [TaskRecord]) {
        let known = Set(records.map(\.mark))
        for (mark, group) in groups.existing() where !known.contains(mark) {
            log.info("control group \(mark) belongs to no task: its processes are ended")
            do {
                try group.kill(mark: mark)
            } catch {
                log.warning("\(error)")
            }
            _ = group.remove()
        }
        for mark in FileBytes.names(in: files.home + "/jobs") where !known.contains(mark) {
            _ = rename(files.jobDirectory(mark), "\(files.trash)/\(mark)")
        }
        trash.filled()
    }
}
