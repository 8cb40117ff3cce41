/// What happens to the job's processes.
extension RunnerMachine {
    mutating func started() -> [Action] {
        switch state {
        case .preparing(let job, let grace):
            guard let grace else {
                move(to: .running(job))
                return [.publishRunning] + (job.maxDuration.map { [.startMaxDurationTimer(seconds: $0)] } ?? [])
            }
            move(to: .stopping(job, .request))
            return [.publishRunning] + ask(seconds: grace.seconds(of: job))
        case .waitingForSubmit, .waitingForRun, .running, .stopping, .clearing, .draining, .ended:
            return unexpected(.started)
        }
    }

    mutating func notStarted(_ verdict: Verdict) -> [Action] {
        switch state {
        case .preparing(_, let stop):
            // A preparation that was cut short by a stop is no failure.
            let verdict = stop == nil ? verdict : .stopped(.request, nil)
            move(to: .ended(verdict))
            return [.cancelTimers, .publish(verdict)]
        case .waitingForSubmit, .waitingForRun, .running, .stopping, .clearing, .draining, .ended:
            return unexpected(.notStarted(verdict))
        }
    }

    mutating func hangUpDue() -> [Action] {
        switch state {
        case .stopping: return [.hangUp]
        // A timer that fired while the main process ended.
        case .clearing, .draining, .ended: return []
        case .waitingForSubmit, .waitingForRun, .preparing, .running: return unexpected(.hangUpDue)
        }
    }

    mutating func forceDue() -> [Action] {
        switch state {
        case .stopping: return [.killTree]
        case .clearing, .draining, .ended: return []
        case .waitingForSubmit, .waitingForRun, .preparing, .running: return unexpected(.forceDue)
        }
    }

    mutating func maxDurationDue() -> [Action] {
        switch state {
        case .running(let job):
            move(to: .stopping(job, .maxDuration(seconds: job.maxDuration ?? 0)))
            return [.cancelTimers] + ask(seconds: job.grace)
        case .stopping, .clearing, .draining, .ended: return []
        case .waitingForSubmit, .waitingForRun, .preparing: return unexpected(.maxDurationDue)
        }
    }

    /// Ends the job without grace: it cannot go on, because its output cannot be kept.
    mutating func endNow(_ cause: StopCause, _ event: Event) -> [Action] {
        switch state {
        case .running(let job), .stopping(let job, .request), .stopping(let job, .maxDuration):
            move(to: .stopping(job, cause))
            return [.cancelTimers, .killTree]
        case .stopping(_, .logQuota), .stopping(_, .logFailure): return []
        case .clearing(let verdict):
            move(to: .clearing(.overruled(verdict, by: cause)))
            return []
        case .draining(let verdict):
            move(to: .draining(.overruled(verdict, by: cause)))
            return []
        case .waitingForSubmit, .waitingForRun, .preparing, .ended: return unexpected(event)
        }
    }

    mutating func mainExited(_ status: ExitStatus) -> [Action] {
        switch state {
        case .running:
            move(to: .clearing(.ended(status)))
            return [.cancelTimers, .killTree]
        case .stopping(_, let cause):
            move(to: .clearing(.stopped(cause, status)))
            return [.cancelTimers, .killTree]
        case .waitingForSubmit, .waitingForRun, .preparing, .clearing, .draining, .ended:
            return unexpected(.mainExited(status))
        }
    }

    mutating func treeGone() -> [Action] {
        switch state {
        case .clearing(let verdict):
            move(to: .draining(verdict))
            return [.drainOutput]
        case .waitingForSubmit, .waitingForRun, .preparing, .running, .stopping, .draining, .ended:
            return unexpected(.treeGone)
        }
    }

    mutating func outputDrained() -> [Action] {
        switch state {
        case .draining(let verdict):
            move(to: .ended(verdict))
            return [.publish(verdict)]
        case .waitingForSubmit, .waitingForRun, .preparing, .running, .stopping, .clearing, .ended:
            return unexpected(.outputDrained)
        }
    }
}

extension Verdict {
    /// A verdict reached before it turned out that the job's output could not be kept whole.
    static func overruled(_ verdict: Verdict, by cause: StopCause) -> Verdict {
        var new = Verdict.stopped(cause, nil)
        new.exitStatus = verdict.exitStatus
        return new
    }
}
