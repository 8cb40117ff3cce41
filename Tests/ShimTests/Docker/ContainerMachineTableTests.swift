import Testing

@testable import Shim

/// Every state × every event of a task in a container.
@Suite struct ContainerMachineTableTests {
    typealias Ending = TaskMachine.Ending

    enum Event: CaseIterable {
        case pulled, started, failed, exited, outOfMemory, terminateNow, terminateGently, removed, rebooted
    }

    private static let image = DockerImage(id: "sha256:1", digests: nil, architecture: "amd64", config: nil)
    private static let place = ContainerMachine.Place(address: "172.17.0.2", nodeAddress: "172.17.0.2", published: [:])
    private static let first = Ending(reason: "first", message: "why")

    private static let states: [(String, ContainerMachine.State)] = [
        ("pulling", .pulling), ("creating", .creating(image)), ("running", .running(place)),
        ("stopping", .stopping(place, first, grace: 5)), ("removing", .removing(first)),
        ("terminated", .terminated(first)),
    ]

    private func handle(_ event: Event, _ machine: inout ContainerMachine) -> [ContainerMachine.Action] {
        switch event {
        case .pulled: machine.pulled(Self.image)
        case .started: machine.started(Self.place)
        case .failed: machine.failed(reason: "creating_container_error", message: "no")
        case .exited: machine.exited(.init(status: 3, isOutOfMemory: false, log: "last words"), memoryLimit: 0)
        case .outOfMemory: machine.exited(.init(status: 137, isOutOfMemory: true, log: ""), memoryLimit: 64 << 20)
        case .terminateNow: machine.terminate(reason: "second", message: "", grace: 0)
        case .terminateGently: machine.terminate(reason: "second", message: "", grace: 9)
        case .removed: machine.removed()
        case .rebooted: machine.rebooted()
        }
    }

    private func next(_ name: String, _ event: Event) -> (ContainerMachine.State?, [ContainerMachine.Action]) {
        let second = Ending(reason: "second", message: "")
        switch (name, event) {
        case ("pulling", .pulled): return (.creating(Self.image), [.save, .publish])
        case ("creating", .started): return (.running(Self.place), [.save, .publish])
        case ("pulling", .failed), ("creating", .failed):
            return (.removing(Ending(reason: "creating_container_error", message: "no")), [.save])
        case ("running", .exited):
            return (
                .removing(
                    Ending(
                        reason: "container_exited_with_error",
                        message: "the container ended with status 3:\nlast words", exitStatus: 3)), [.save]
            )
        case ("running", .outOfMemory):
            return (
                .removing(
                    Ending(
                        reason: "container_exited_with_error",
                        message: "the container ran out of its memory of 64 MiB and was killed; ask for more by "
                            + "`resources`", exitStatus: 137)), [.save]
            )
        case ("stopping", .exited), ("stopping", .outOfMemory):
            var ending = Self.first
            ending.exitStatus = event == .exited ? 3 : 137
            return (.removing(ending), [.save])
        case ("pulling", .terminateNow), ("pulling", .terminateGently), ("creating", .terminateNow),
            ("creating", .terminateGently), ("running", .terminateNow):
            return (.removing(second), [.save])
        case ("running", .terminateGently): return (.stopping(Self.place, second, grace: 9), [.save])
        case ("stopping", .terminateNow): return (.removing(Self.first), [.save])
        case ("stopping", .terminateGently), ("removing", .terminateNow), ("removing", .terminateGently):
            return (nil, [.save])
        case ("running", .rebooted):
            return (
                .removing(
                    Ending(
                        reason: "container_exited_with_error", message: "the host rebooted while the job ran")),
                [.save]
            )
        case ("stopping", .rebooted): return (.removing(Self.first), [.save])
        case ("removing", .removed): return (.terminated(Self.first), [.save, .publish, .answerTermination])
        case ("terminated", .terminateNow), ("terminated", .terminateGently): return (nil, [.answerTermination])
        default: return (nil, [])
        }
    }

    @Test func everyStateMeetsEveryEvent() {
        for (name, state) in Self.states {
            for event in Event.allCases {
                var machine = ContainerMachine(state)
                let actions = handle(event, &machine)
                let (expected, expectedActions) = next(name, event)
                #expect(machine.state == expected ?? state, "\(name) × \(event)")
                #expect(actions == expectedActions, "\(name) × \(event)")
            }
        }
    }

    @Test func aStateOwesWhatBringsItOn() {
        let owed = Self.states.map { ContainerMachine($0.1).owed }
        #expect(
            owed == [
                [.pull], [.start(Self.image)], [.watch], [.watch, .stop(grace: 5)], [.remove], [],
            ])
    }

    @Test func anExitOfZeroIsTheRunnersOwnEnd() {
        var machine = ContainerMachine(.running(Self.place))
        _ = machine.exited(.init(status: 0, isOutOfMemory: false, log: ""), memoryLimit: 0)
        #expect(machine.ending?.reason == "done_by_runner")
    }
}
