import Wire

/// Tasks in containers: the machine decides, the driver does, what came of it returns as an event.
extension TaskKeeper {
    /// Between two words on how far a pull is.
    private static var progressPause: Duration { .milliseconds(200) }

    /// Writes the task down and begins with it. What fails later ends the task.
    func startContainer(_ request: ShimTaskRequest) throws(TaskRefusal) -> ShimTask {
        // A server that does not say that it reaches a task's own address looks for it at the host's loopback.
        let isReached = request.publishPorts == false
        let address = request.networkMode == "host" ? isReached ? addresses.next() : "127.0.0.1" : nil
        var wish = ContainerRequest(request, address: address)
        let total = gpus()
        wish.cards = GPUShares.pick(
            request.gpu, of: total,
            taken: containers.values.map(\.record).filter { !$0.machine.isTerminated }
                .map { GPUShares.held($0.request, of: total) })
        let record = ContainerRecord(
            id: request.id, name: request.name, request: wish,
            machine: ContainerMachine(), kernelBoot: kernelBoot)
        do throws(ShimError) {
            try containerRecords.write(record, id: record.id)
        } catch {
            if let address { addresses.release(address) }
            throw .failed(error)
        }
        var entry = ContainerEntry(record: record)
        if record.request.hadCredentials {
            entry.credentials = RegistryCredentials(
                username: request.registryUsername, password: request.registryPassword)
        }
        containers[request.id] = entry
        admit(record)
        log.info("task \(request.id): container \(record.request.name) of image \(record.request.image)")
        containerEvent(request.id) { _ in [.publish] }
        return try task(id: request.id)
    }

    func terminateContainer(id: String, _ request: ShimTerminateRequest) async {
        containerEvent(id) {
            $0.terminate(
                reason: request.terminationReason, message: request.terminationMessage,
                grace: max(0, request.timeout))
        }
        guard containers[id]?.record.machine.isTerminated == false else { return }
        await withCheckedContinuation { waiter in
            // Nothing ran since the check: this closure is called at once.
            containers[id]?.waiters.append(waiter)
        }
    }

    /// Forgets a terminated task. Its container is gone already.
    func removeContainer(_ entry: ContainerEntry) throws(TaskRefusal) {
        let id = entry.record.id
        guard entry.record.machine.isTerminated else { throw .notTerminated(id: id) }
        do throws(ShimError) {
            try containerRecords.remove(id)
        } catch {
            throw .failed(error)
        }
        if case .host(let address) = entry.record.request.network { addresses.release(address) }
        containers[id] = nil
    }

    /// Takes over what an earlier shim wrote down: each state owes what it owed.
    func recoverContainers() {
        let (records, unreadable) = containerRecords.readAll()
        for (id, error) in unreadable {
            log.error("\(error); the task '\(id)' counts as lost, the file stays as it is")
            self.unreadable[id] = error
        }
        for record in records {
            if case .host(let address) = record.request.network { addresses.take(address) }
            containers[record.id] = ContainerEntry(record: record)
            if record.machine.isTerminated { dismiss(record) } else { admit(record) }
            log.info("task \(record.id): container \(record.request.name), was \(record.machine.status.rawValue)")
            // A record of before there was this field is as old as it may be.
            if let boot = record.kernelBoot, boot != kernelBoot {
                containerEvent(record.id) { $0.rebooted() }
            } else {
                reconcile(record.id)
            }
        }
        guard unreadable.isEmpty, let driver else { return }
        // A container of ours that no living task has was made for one that is over or forgotten; an engine that was slow
        // when the shim before this one left may still make one.
        Task { [weak self, lateLooks] in
            for pause in lateLooks {
                try? await Task.sleep(for: pause)
                await driver.removeStrays { await self?.holds(container: $0) ?? true }
            }
        }
    }

    /// Whether a container is a living task's.
    private func holds(container name: String) -> Bool {
        containers.values.contains { $0.record.request.name == name && !$0.record.machine.isTerminated }
    }

    // MARK: Late containers

    /// Waits until tasks have ended, but not for ever.
    ///
    /// - Returns: whether they have.
    private static func end(of tasks: [Task<Void, Never>], within patience: Duration) async -> Bool {
        if tasks.isEmpty { return true }
        let (ends, teller) = AsyncStream<Bool>.makeStream()
        let waiting = Task {
            for task in tasks { await task.value }
            teller.yield(true)
        }
        let timer = Task {
            try? await Task.sleep(for: patience)
            teller.yield(false)
        }
        defer {
            waiting.cancel()
            timer.cancel()
        }
        for await hasEnded in ends { return hasEnded }
        return false
    }

    /// Sees to it that a container which the engine is still asked for goes as soon as it is made: its task is to end without
    /// waiting for that.
    ///
    /// 1. The engine hangs, and is asked for a container. 2. Its task ends: there is no container yet. 3. The request is
    /// answered, or given up. 4. The engine has made it, or does so later.
    private func removeLate(_ record: ContainerRecord, after making: [Task<Void, Never>]) {
        guard let driver else { return }
        log.warning(
            "task \(record.id): its container is still being made; it ends without, and that goes once it is there")
        Task { [weak self, lateLooks] in
            for task in making { await task.value }
            for pause in lateLooks {
                try? await Task.sleep(for: pause)
                guard let self, await !holds(container: record.request.name) else { return }
                await driver.removeLate(record)
            }
        }
    }

    func containerWire(_ entry: ContainerEntry) -> ShimTask {
        entry.record.wire(progress: entry.progress?.wire, runnerPort: launcher.port, seq: entry.seq)
    }

    // MARK: Events

    private func containerEvent(_ id: String, _ body: (inout ContainerMachine) -> [ContainerMachine.Action]) {
        guard var entry = containers[id] else { return }
        let actions = body(&entry.record.machine)
        containers[id] = entry
        for action in actions { perform(action, container: id) }
        reconcile(id)
    }

    private func perform(_ action: ContainerMachine.Action, container id: String) {
        guard let entry = containers[id] else { return }
        switch action {
        case .save:
            do {
                try containerRecords.write(entry.record, id: id)
            } catch {
                // The task goes on: a shim that starts again begins with the older record and comes to the same end.
                log.error("task \(id): cannot be written down: \(error)")
            }
        case .publish:
            containers[id]?.seq = seq + 1
            publish { ShimStreamLine(bootID: bootID, seq: $0, task: containers[id].map(containerWire)) }
            if let ending = entry.record.machine.ending, entry.record.machine.isTerminated {
                dismiss(entry.record)
                log.info("task \(id): terminated: \(ending.reason)")
                // One of them may have waited for its cards.
                for other in containers.keys.sorted() where containers[other]?.waitsForCards == true {
                    reconcile(other)
                }
            }
        case .answerTermination:
            containers[id]?.waiters = []
            for waiter in entry.waiters { waiter.resume() }
        }
    }

    private func reconcile(_ id: String) {
        guard let entry = containers[id], let driver else { return }
        let record = entry.record
        let credentials = entry.credentials
        let waits = waitsForCards(entry)
        if waits, !entry.waitsForCards { log.info("task \(id): waits for GPUs of a task that is being ended") }
        containers[id]?.waitsForCards = waits
        containers[id]?.effects.reconcile(owed: waits ? [] : record.machine.owed) { effect, number, before in
            Task { [weak self, makingPatience] in
                if await !Self.end(of: before, within: makingPatience) { await self?.removeLate(record, after: before) }
                await driver.perform(effect, record, credentials) { [weak self] outcome in
                    await self?.take(outcome, id, effect: number)
                }
            }
        }
    }

    private func waitsForCards(_ entry: ContainerEntry) -> Bool {
        guard case .creating = entry.record.machine.state, entry.record.request.gpus != 0, !entry.effects.isStarting
        else { return false }
        let total = gpus()
        return GPUShares.waits(
            GPUShares.held(entry.record.request, of: total),
            for: containers.values.map(\.record).filter { $0.machine.isEnding }
                .map { GPUShares.held($0.request, of: total) })
    }

    private func take(_ outcome: ContainerDriver.Outcome, _ id: String, effect number: Int) {
        guard let entry = containers[id], entry.effects.isCurrent(number) else { return }
        switch outcome {
        case .progress(let progress): take(progress, id)
        case .pulled(let image):
            containers[id]?.credentials = nil
            containerEvent(id) { $0.pulled(image) }
        case .started(let place):
            log.info("task \(id): runs at \(place.address):\(launcher.port)")
            containerEvent(id) { $0.started(place) }
        case .failed(let reason, let message):
            containers[id]?.credentials = nil
            containerEvent(id) { $0.failed(reason: reason, message: message) }
        case .exited(let exit):
            let limit = entry.record.request.memory
            containerEvent(id) { $0.exited(exit, memoryLimit: limit) }
        case .removed:
            containerEvent(id) { $0.removed() }
        }
    }

    /// Tells how far the pull is, not more often than anybody can read.
    private func take(_ progress: PullProgress, _ id: String) {
        containers[id]?.progress = progress
        let now = ContinuousClock.now
        if let told = containers[id]?.progressTold, now - told < Self.progressPause { return }
        containers[id]?.progressTold = now
        containerEvent(id) { _ in [.publish] }
    }
}

extension ContainerDriver {
    /// Removes the containers of this shim that no task has.
    ///
    /// - Parameter isHeld: asked once the container is there: whoever had it made is known by then.
    func removeStrays(_ isHeld: (String) async -> Bool) async {
        do {
            for name in try await engine.containers(label: "\(ContainerPlan.shimLabel)=\(shim)") {
                if await isHeld(name) { continue }
                log.info("container \(name) belongs to no task: it is removed")
                try await engine.remove(name)
            }
        } catch {
            // No engine, no containers; the next shim looks again.
            if error.isTransient { return }
            log.warning("containers of forgotten tasks cannot be removed: \(error)")
        }
    }

    /// Removes a container that may have been made after its task had ended.
    func removeLate(_ record: ContainerRecord) async {
        do throws(DockerError) {
            try await engine.remove(record.request.name)
        } catch {
            log.warning("task \(record.id): a container that was made too late cannot be removed: \(error)")
        }
    }
}
