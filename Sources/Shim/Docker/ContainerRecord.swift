import Wire

/// What is written down about a task in a container, one JSON file each.
struct ContainerRecord: Codable, Equatable, Sendable {
    /// Layout of this file.
    var version = 1
    var id: String
    var name: String
    var request: ContainerRequest
    var machine: ContainerMachine
    /// The run of the kernel that it was made in.
    var kernelBoot: String?

    /// The task as the shim tells it.
    func wire(progress: ImagePullProgress?, runnerPort: Int, seq: Int) -> ShimTask {
        let told = machine.isTerminated ? machine.ending : nil
        let place = machine.place
        return ShimTask(
            id: id, status: machine.status, terminationReason: told?.reason ?? "",
            terminationMessage: told?.message ?? "",
            ports: place.map { $0.published.sorted { $0 < $1 }.map { .init(host: $1, container: $0) } },
            imagePullProgress: machine.status == .pulling ? progress : nil, address: place?.address,
            nodeAddress: place?.nodeAddress, runnerPort: place == nil ? nil : runnerPort, runtime: "docker",
            exitStatus: told?.exitStatus, seq: seq)
    }
}

extension ContainerMachine {
    /// The status on the wire. A task that is being ended still counts as running until nothing of it is left.
    var status: ShimTaskStatus {
        switch state {
        case .pulling: .pulling
        case .creating: .creating
        case .running, .stopping, .removing: .running
        case .terminated: .terminated
        }
    }
}
