import Glibc
import Wire

extension TaskKeeper {
    /// How many addresses are tried before giving up.
    private static var addressTries: Int { 64 }

    /// Writes the task down, then starts its runner.
    ///
    /// Throws where it could not even be written down: then nothing of it is left. What fails later ends the task.
    func start(_ request: ShimTaskRequest) throws(ShimError) -> ShimTask {
        let mark = Self.newMark()
        let socket = try listen()
        let record = TaskRecord(
            id: request.id, name: request.name, phase: .pending, mark: mark, address: socket.address,
            port: launcher.port, group: groups.group(mark), kernelBoot: kernelBoot)
        do {
            try record.group.create()
            try files.begin(record)
        } catch {
            _ = record.group.remove()
            addresses.release(socket.address)
            throw error
        }
        entries[request.id] = TaskEntry(record: record, machine: TaskMachine())
        do {
            let runner = try launcher.launch(
                on: socket, in: files.jobDirectory(mark), keys: request.containerSSHKeys, group: record.group,
                mark: mark,
                log: files.runnerLog(mark))
            runners[runner.pid] = request.id
            event(request.id) { $0.started(runner) }
            log.info("task \(request.id): runner \(runner.pid) started on \(socket.address):\(launcher.port)")
        } catch {
            log.error("task \(request.id): \(error)")
            event(request.id) { $0.startFailed(reason: "creating_container_error", message: "\(error)") }
        }
        return try current(request.id)
    }

    /// Takes a task only to say that it cannot run here, so that its server learns why.
    func refuse(_ request: ShimTaskRequest, _ reason: String) throws(TaskRefusal) -> ShimTask {
        let record = TaskRecord(
            id: request.id, name: request.name, phase: .pending, mark: Self.newMark(), address: "",
            port: launcher.port, group: .marked, kernelBoot: kernelBoot)
        entries[request.id] = TaskEntry(record: record, machine: TaskMachine())
        log.warning("task \(request.id): refused: \(reason)")
        event(request.id) { $0.startFailed(reason: "creating_container_error", message: reason) }
        return try task(id: request.id)
    }

    /// A socket on an address of the task's own.
    private func listen() throws(ShimError) -> RunnerSocket {
        for _ in 0..<Self.addressTries {
            let address = addresses.next()
            do {
                return try RunnerSocket(address: address, port: launcher.port)
            } catch {
                addresses.release(address)
                guard case .system(_, _, EADDRINUSE) = error else { throw error }
            }
        }
        throw .noAddress(port: launcher.port)
    }

    private func current(_ id: String) throws(ShimError) -> ShimTask {
        guard let entry = entries[id] else {
            throw .system(call: "find", subject: id, errno: ENOENT)
        }
        return entry.wire
    }

    private static func newMark() -> String {
        let digits = String(UInt64.random(in: 0 ... .max), radix: 16)
        return "t-" + String(repeating: "0", count: 16 - digits.count) + digits
    }
}
