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

    mutating func stop(_ request: StopRequest) -> [Action] {
        switch state {
        case .waitingForSubmit, .waitingForRun:
            let verdict = Verdict.stopped(.request, nil)
            move(to: .ended(verdict))
            return [.accept, .cancelTimers, .publish(verdict)]
        case .preparing(let job, nil):
            move(to: .preparing(job, stop: request))
            return [.accept]
        case .preparing(let job, let earlier?):
            move(to: .preparing(job, stop: earlier.hurried(by: request)))
            return [.accept]
        case .running(let job):
            move(to: .stopping(job, .request))
            return [.accept, .cancelTimers] + ask(seconds: request.grace ?? job.grace)
        case .stopping(_, let cause):
            // A second request may only hurry: it neither begins anew nor changes the reason.
            guard let grace = request.grace else { return [.accept] }
            switch cause {
            case .request, .maxDuration: return [.accept, .startGraceTimers(seconds: grace)]
            case .logQuota, .logFailure: return [.accept]
            }
        case .clearing, .draining, .ended:
            return [.accept]
        }
    }

    func ask(seconds: Int) -> [Action] {
        seconds > 0 ? [.interrupt, .startGraceTimers(seconds: seconds)] : [.killTree]
    }

    mutating func startDeadlineDue() -> [Action] {
        switch state {
        case .waitingForSubmit, .waitingForRun: return [.exitUnused]
        case .preparing, .running, .stopping, .clearing, .draining, .ended: return []
        }
    }
}

extension RunnerMachine.StopRequest {
    /// This request after another one: the shorter grace counts.
    func hurried(by other: Self) -> Self {
        switch (grace, other.grace) {
        case (let own?, let others?): Self(grace: min(own, others))
        case (let own?, nil): Self(grace: own)
        case (nil, let others): Self(grace: others)
        }
    }
}
