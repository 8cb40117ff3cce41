import Client
import Wire

/// Follows a run to its end: its transitions, its log, its ports, and the user's Ctrl-C.
struct RunAttachment: Sendable {
    let session: Session
    let run: Client.Run
    let purpose: AttachPurpose
    /// With a server that starts anew just as the job begins to run.
    var patience = Patience(attempts: 5)

    /// Returns when the run is done or the user leaves it. Throws ``ExitStatus`` 1 when it ends otherwise.
    func follow() async throws {
        let interrupts = Interrupts()
        let queue = AttachQueue()
        let outcome = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await sendTransitions(to: queue) }
            group.addTask { await sendInterrupt(interrupts, to: queue) }
            defer {
                group.cancelAll()
            }
            var loop = AttachLoop(attachment: self, queue: queue, interrupts: interrupts)
            do {
                let outcome = try await loop.run(&group)
                await queue.close()
                await loop.close()
                return outcome
            } catch {
                await loop.close()
                // A sender that waits for room in the queue does not hear that it is cancelled.
                await queue.close()
                throw error
            }
        }
        guard outcome == .finished else {
            return
        }
        try await Self.showEnd(of: try await patience.bear { try await run.refreshed() }, session)
    }

    /// Says how a run has ended. Throws ``ExitStatus`` 1 where it is not done.
    static func showEnd(of run: Client.Run, _ session: Session) async throws {
        await session.output.print()
        for line in FinalMessage.lines(run.model) {
            await session.output.print(line)
        }
        if run.status != .done {
            throw ExitStatus(status: 1)
        }
    }

    /// Makes the ports of the job reachable; nil where it has none, or does not run any more.
    func forward() async throws -> PortForward? {
        // The ports of a job are the same in all its submissions: most runs have none, and nothing is asked for them.
        if let job = run.job(replica: purpose.replica, number: purpose.job), job.jobSpec.appSpecs?.isEmpty != false {
            return nil
        }
        let run = try await patience.bear { try await self.run.refreshed() }
        guard let job = run.job(replica: purpose.replica, number: purpose.job),
            job.jobSubmissions.last?.status.isFinished == false
        else {
            return nil
        }
        do {
            return try await patience.bear { () async throws -> PortForward? in
                try await run.forward(job, overrides: purpose.overrides, host: purpose.host)
            }
        } catch let error as ClientError {
            guard error.isMissingEndpoint else { throw error }
            throw CommandError(
                "The server at \(error.server) forwards no ports by itself. Attach with dstack's own client, by SSH.")
        }
    }

    func sendNotices(_ forward: PortForward, to queue: AttachQueue) async {
        for await notice in forward.notices {
            await queue.send(.port(notice))
        }
    }

    func sendTransitions(to queue: AttachQueue) async {
        do {
            for try await transition in run.transitions() {
                await queue.send(.transition(transition))
            }
        } catch {
            if !Task.isCancelled {
                await queue.send(.lost(error))
            }
        }
    }

    /// Asks how far the images are while a job waits for one: the stream of transitions does not tell that.
    func sendPulls(to queue: AttachQueue) async {
        do {
            while true {
                try await Task.sleep(for: .milliseconds(300))
                let model = try await run.refreshed().model
                guard PullBar.isOwed(to: model) else {
                    break
                }
                let pulls = PullBar.pulls(of: model)
                if !pulls.isEmpty {
                    await queue.send(.pulls(pulls))
                }
            }
        } catch {
            // The bar only adds to what the stream of transitions says, which reports what is wrong.
        }
        await queue.send(.pulls([]))
    }

    func sendInterrupt(_ interrupts: Interrupts, to queue: AttachQueue) async {
        do {
            try await interrupts.wait()
            await queue.send(.interrupted)
        } catch {
            return  // The attachment is over.
        }
    }

    func sendLog(_ submission: String, to queue: AttachQueue) async {
        do {
            let log = run.dstack.api.runs.log(
                project: run.dstack.project, run: run.model.id, submission: submission, after: purpose.since,
                follow: true)
            for try await piece in log {
                await queue.send(.log(piece, submission: submission))
            }
            await queue.send(.logEnded(submission: submission, nil))
        } catch {
            if !Task.isCancelled {
                await queue.send(.logEnded(submission: submission, error as? ClientError))
            }
        }
    }
}
