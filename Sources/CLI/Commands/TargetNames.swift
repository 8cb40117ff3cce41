import Client
import Wire

/// Turns the names of runs and fleets into their ids.
struct TargetNames: Sendable {
    let dstack: Dstack

    func runs(_ names: [String]) async throws -> [String] {
        var ids: [String] = []
        for name in names {
            guard let run = try await dstack.runs.get(name) else {
                throw CommandError("Run \(name, .code) not found")
            }
            ids.append(run.model.id)
        }
        return ids
    }

    func fleets(_ names: [String]) async throws -> [String] {
        let fleets = try await dstack.api.fleets.list(project: dstack.project)
        return try names.map { name in
            guard let fleet = fleets.first(where: { $0.name == name }) else {
                throw CommandError("Fleet \(name, .code) not found")
            }
            return fleet.id
        }
    }
}
