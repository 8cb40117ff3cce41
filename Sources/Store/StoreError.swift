/// Why the store did not do what it was asked.
public enum StoreError: Error, Equatable, Sendable {
    /// Another write came first: the row is not the version that this one was made from.
    case conflict(row: String)
    /// The instance has too few free blocks, or is not ready.
    case noFreeSlot(instanceID: String)
    /// Jobs hold blocks of the instance.
    case instanceInUse(instanceID: String)
    /// A run that is not finished is assigned to the fleet.
    case fleetInUse(fleetID: String)
    /// The project has an active run, or a fleet, of that name.
    case nameInUse(String)
    /// No room on the disk.
    case full(String)
    /// What is stored cannot be read.
    case corrupt(String)
    /// The store is closed or its file cannot be used.
    case unavailable(String)
}

extension StoreError {
    /// Whether the same write may succeed once there is room.
    public var isFull: Bool {
        if case .full = self { true } else { false }
    }
}

extension StoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .conflict(let row): "\(row) was changed by another writer"
        case .noFreeSlot(let id): "instance \(id) has no free slot"
        case .instanceInUse(let id): "instance \(id) has jobs"
        case .fleetInUse(let id): "fleet \(id) has a run"
        case .nameInUse(let name): "the name '\(name)' is in use"
        case .full(let what): "the disk of the server is full: \(what)"
        case .corrupt(let what): "the database holds something unreadable: \(what)"
        case .unavailable(let what): "the database cannot be used: \(what)"
        }
    }
}
