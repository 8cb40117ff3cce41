import JobActors
import Store
import Wire

/// Hosts that go from one instance to the next.
extension Supervisor {
    /// Waits until no other instance that is to go has the host of this one: what its removal still does there would be
    /// done to the next one's.
    ///
    /// - Parameter told: hears, in words, who has it.
    nonisolated func awaitHost(of record: InstanceRecord, told: @Sendable (String) async -> Void) async {
        guard let route = record.hostRoute else { return }
        // Asked before the rows are read, so that no end is missed between.
        var ends = await departures().makeAsyncIterator()
        var failures = 0
        while !Task.isCancelled {
            do {
                let rows = try await environment.store.liveInstances()
                guard let leaver = rows.first(where: { $0.id != record.id && $0.isLeaving && $0.hostRoute == route })
                else {
                    return
                }
                await told(try await words(for: leaver, of: record))
                failures = 0
                // Ends where this task is cancelled.
                guard await ends.next() != nil else { return }
            } catch {
                failures += 1
                environment.logger.warning("instances cannot be loaded yet", metadata: ["error": "\(error)"])
                await pause(after: failures)
            }
        }
    }

    private nonisolated func words(for leaver: InstanceRecord, of record: InstanceRecord) async throws -> String {
        guard leaver.projectID == record.projectID else { return "a fleet of another project" }
        let fleet = try await environment.store.fleet(id: leaver.fleetID)
        return "fleet '\(fleet?.name ?? leaver.name)'"
    }
}

extension InstanceRecord {
    /// Whether it is to go, and not gone yet.
    public var isLeaving: Bool {
        (isClosing || status == InstanceStatus.terminating.rawValue) && status != InstanceStatus.terminated.rawValue
    }
}
