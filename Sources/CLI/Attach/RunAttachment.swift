import Client
import Wire

/// Follows a submitted run to its end: its transitions, its log, and the user's Ctrl-C.
struct RunAttachment: Sendable {
    let session: Session
    let run: Client.Run

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
            let outcome = try await loop.run(&group)
            await queue.close()
            return outcome
        }
        guard outcome == .finished else {
            return
        }
        let final = try await run.refreshed().model
        await session.output.print()
        for line in FinalMessage.lines(final) {
            await session.output.print(line)
        }
        if final.status != .done {
            throw ExitStatus(status: 1)
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
                project: run.dstack.project, run: run.model.id, submission: submission, follow: true)
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
