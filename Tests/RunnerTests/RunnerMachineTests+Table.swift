@testable import Runner

extension RunnerMachineTests {
    /// State → event → actions, for every pair that may come.
    static func table() -> [String: [String: [RunnerMachine.Action]]] {
        let job = RunnerMachine.Job(submission: "one", maxDuration: 60, grace: 10)
        let stopped = Verdict.stopped(.request, nil)
        let failed = Verdict.notStarted("no user")
        let running = RunnerMachine.Action.refuse("submission one runs already")
        let over = RunnerMachine.Action.refuse("this runner's job has ended; a runner takes one job")
        let quota = "logQuotaExceeded(bytes: 5)"
        let disk = "logFailed(\"disk full\")"
        let stops = [RunnerMachine.Grace.ofJob, .seconds(0), .seconds(3), .unlimited]
        func event(_ event: RunnerMachine.Event) -> String { "\(event)" }
        func stopping(_ actions: (RunnerMachine.Grace) -> [RunnerMachine.Action]) -> [String: [RunnerMachine.Action]] {
            Dictionary(uniqueKeysWithValues: stops.map { (event(.stop($0)), actions($0)) })
        }
        func asked(_ grace: RunnerMachine.Grace) -> [RunnerMachine.Action] {
            switch grace {
            case .ofJob: [.interrupt, .startGraceTimers(seconds: 10)]
            case .seconds(0): [.killTree]
            case .seconds(let seconds): [.interrupt, .startGraceTimers(seconds: seconds)]
            case .unlimited: [.interrupt]
            }
        }
        let submit = event(.submit(job))
        let exited = [event(.mainExited(.exited(0))), event(.mainExited(.killed(signal: 9)))]
        let exits = Dictionary(
            uniqueKeysWithValues: exited.map { ($0, [RunnerMachine.Action.cancelTimers, .killTree]) })
        let waiting = stopping { _ in [.accept, .cancelTimers, .publish(stopped)] }
        let late: [String: [RunnerMachine.Action]] = [
            submit: [over], "run": [.accept], "hangUpDue": [], "forceDue": [], "maxDurationDue": [],
            "startDeadlineDue": [],
        ].merging(stopping { _ in [.accept] }) { $1 }
        let preparing: [String: [RunnerMachine.Action]] = [
            submit: [running], "run": [.accept], "startDeadlineDue": [],
            event(.notStarted(failed)): [.cancelTimers, .publish(failed)],
        ].merging(stopping { _ in [.accept] }) { $1 }
        let alive: [String: [RunnerMachine.Action]] = [submit: [running], "run": [.accept], "startDeadlineDue": []]
            .merging(exits) { $1 }
        return [
            "waitingForSubmit": [
                submit: [.accept], "run": [.refuse("no job has been submitted")], "startDeadlineDue": [.exitUnused],
            ].merging(waiting) { $1 },
            "waitingForRun": [submit: [.accept], "run": [.accept, .prepare], "startDeadlineDue": [.exitUnused]]
                .merging(waiting) { $1 },
            "preparing": preparing.merging(["started": [.publishRunning, .startMaxDurationTimer(seconds: 60)]]) { $1 },
            "preparingStop": preparing.merging([
                "started": [.publishRunning, .interrupt, .startGraceTimers(seconds: 10)],
                // A preparation that a stop cut short.
                event(.notStarted(failed)): [.cancelTimers, .publish(.stopped(.request, nil))],
            ]) { $1 },
            "running": alive.merging(stopping { [.accept, .cancelTimers] + asked($0) }) { $1 }.merging([
                "maxDurationDue": [.cancelTimers, .interrupt, .startGraceTimers(seconds: 10)],
                quota: [.cancelTimers, .killTree], disk: [.cancelTimers, .killTree],
            ]) { $1 },
            "stopping": alive.merging(
                stopping { grace in
                    switch grace {
                    case .ofJob, .unlimited: [.accept]
                    case .seconds(0): [.accept, .killTree]
                    case .seconds(let seconds): [.accept, .startGraceTimers(seconds: seconds)]
                    }
                }
            ) { $1 }.merging([
                "hangUpDue": [.hangUp], "forceDue": [.killTree], "maxDurationDue": [],
                quota: [.cancelTimers, .killTree], disk: [.cancelTimers, .killTree],
            ]) { $1 },
            "overQuota": alive.merging(stopping { _ in [.accept] }) { $1 }.merging([
                "hangUpDue": [.hangUp], "forceDue": [.killTree], "maxDurationDue": [], quota: [], disk: [],
            ]) { $1 },
            "clearing": late.merging(["treeGone": [.drainOutput], quota: [], disk: []]) { $1 },
            "draining": late.merging(["outputDrained": [.publish(.ended(.exited(0)))], quota: [], disk: []]) { $1 },
            "ended": late,
        ]
    }
}
