/// What a client asks.
extension RunnerMachine {
    mutating func submit(_ job: Job) -> [Action] {
        switch state {
        case .waitingForSubmit, .waitingForRun:
            // Until it runs, the last submission counts: a client that got no answer sends it again.
            move(to: .waitingForRun(job))
            return [.accept]
        case .preparing(let current, _), .running(let current), .stopping(let current, _):
            return [.refuse("submission \(current.submission) runs already")]
        case .clearing, .draining, .ended:
            return [.refuse("this runner's job has ended; a runner takes one job")]
        }
    }

    mutating func run() -> [Action] {
        switch state {
        case .waitingForSubmit:
            return [.refuse("no job has been submitted")]
        case .waitingForRun(let job):
            move(to: .preparing(job, stop: nil))
            return [.accept, .prepare]
        case .preparing, .running, .stopping, .clearing, .draining, .ended:
            // A client that got no answer asks again: the job was started, the answer is the same.
            return [.accept]
        }
    }

    mutating func stop(_ grace: Grace) -> [Action] {
        switch state {
        case .waitingForSubmit, .waitingForRun:
            let verdict = Verdict.stopped(.request, nil)
            move(to: .ended(verdict))
            return [.accept, .cancelTimers, .publish(verdict)]
        case .preparing(let job, nil):
            move(to: .preparing(job, stop: grace))
            return [.accept]
        case .preparing(let job, let earlier?):
            let shorter = min(earlier.seconds(of: job), grace.seconds(of: job))
            move(to: .preparing(job, stop: shorter == .max ? .unlimited : .seconds(shorter)))
            return [.accept]
        case .running(let job):
            move(to: .stopping(job, .request))
            return [.accept, .cancelTimers] + ask(seconds: grace.seconds(of: job))
        case .stopping(_, let cause):
            // A second request may hurry or give more time; it neither begins anew nor changes the reason.
            guard case .seconds(let seconds) = grace else { return [.accept] }
            switch cause {
            case .request, .maxDuration:
                return [.accept] + (seconds > 0 ? [.startGraceTimers(seconds: seconds)] : [.killTree])
            case .logQuota, .logFailure: return [.accept]
            }
        case .clearing, .draining, .ended:
            return [.accept]
        }
    }

    /// How a job is asked to end; `Int.max` seconds are no limit.
    func ask(seconds: Int) -> [Action] {
        switch seconds {
        case ...0: [.killTree]
        case .max: [.interrupt]
        default: [.interrupt, .startGraceTimers(seconds: seconds)]
        }
    }

    mutating func startDeadlineDue() -> [Action] {
        switch state {
        case .waitingForSubmit, .waitingForRun: return [.exitUnused]
        case .preparing, .running, .stopping, .clearing, .draining, .ended: return []
        }
    }
}

extension RunnerMachine.Grace {
    /// The seconds that this means for `job`; `Int.max` for no limit.
    func seconds(of job: RunnerMachine.Job) -> Int {
        switch self {
        case .ofJob: job.grace
        case .seconds(let seconds): seconds
        case .unlimited: .max
        }
    }
}
