import Testing
import Wire

@testable import JobActors

/// What a job does that is found to leave its GPUs idle.
@Suite struct UnusedGPUTests {
    private static let stop = JobEvent.stop(
        JobStop(reason: .terminatedDueToUtilizationPolicy, message: "GPU utilization stayed below 10% for 300 s"))

    /// The message is made of samples of a running job, and may come when it is further on its way.
    @Test(arguments: JobMachineTableTests.states)
    func anyState_goesWhereAUsersStopLeads(_ named: JobMachineTableTests.Named) {
        var machine = JobMachine(policy: named.policy, state: named.state)
        var other = machine
        _ = machine.handle(Self.stop, at: JobMachineTableTests.now)
        _ = other.handle(.stop(JobStop(reason: .terminatedByUser)), at: JobMachineTableTests.now)
        #expect(machine.owed.count == other.owed.count)
        switch named.state {
        case .submitted, .provisioning, .pulling, .running:
            #expect(machine.state.ending?.reason == .terminatedDueToUtilizationPolicy)
            #expect(machine.state.ending?.message == "GPU utilization stayed below 10% for 300 s")
        case .terminating, .finished:
            #expect(machine.state == named.state, "an end that is decided stays")
        }
    }

    @Test func runningJob_isAskedToEnd_hasItsGrace_andIsTerminated() {
        let now = JobMachineTableTests.now
        var machine = JobMachine(
            policy: JobPolicy(utilization: UtilizationPolicy(minGpuUtilization: 10, timeWindow: Seconds(300))),
            state: .running(.init(instanceID: "i", runner: JobMachineTableTests.runner, startedAt: now)))
        _ = machine.handle(Self.stop, at: now)
        #expect(
            machine.owed.contains(.stopRunner(instanceID: "i", JobMachineTableTests.runner, grace: 10)))
        _ = machine.handle(.runnerState(RunnerState(timestamp: 0, state: .terminated, exitStatus: 1)), at: now)
        _ = machine.handle(.taskEnded, at: now)
        #expect(machine.state.status == .terminated)
        #expect(machine.state.ending?.reason == .terminatedDueToUtilizationPolicy)
        #expect(machine.state.ending?.log == .whole)
    }
}
