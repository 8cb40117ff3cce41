import Client

/// Deletes a fleet and waits until its hosts are given back.
struct FleetRemoval {
    /// Between two looks at a fleet that goes.
    private static let pause = Duration.milliseconds(500)

    let dstack: Dstack
    let name: String

    func isThere() async throws -> Bool {
        do {
            _ = try await dstack.api.fleets.get(project: dstack.project, name: name)
            return true
        } catch {
            if error.isMissingResource { return false }
            throw error
        }
    }

    func run() async throws {
        try await dstack.api.fleets.delete(project: dstack.project, names: [name])
        while try await isThere() { try await Task.sleep(for: Self.pause) }
    }
}
