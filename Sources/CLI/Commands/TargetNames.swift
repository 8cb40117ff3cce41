import Client
import Wire

/// Turns the names of what events are about into ids.
struct TargetNames: Sendable {
    let dstack: Dstack

    func runs(_ names: [String]) async throws -> [String] {
        try await ids(names, "Run") { name in
            try await dstack.api.runs.get(project: dstack.project, name: name).id
        }
    }

    func fleets(_ names: [EntityReference]) async throws -> [String] {
        try await ids(names, "Fleet") { reference in
            try await dstack.api.fleets.get(project: reference.project ?? dstack.project, name: reference.name).id
        }
    }

    func gateways(_ names: [EntityReference]) async throws -> [String] {
        try await ids(names, "Gateway") { reference in
            try await dstack.api.lookup.id(
                project: reference.project ?? dstack.project, .gateway, name: reference.name)
        }
    }

    func volumes(_ names: [String]) async throws -> [String] {
        try await ids(names, "Volume") { name in
            try await dstack.api.lookup.id(project: dstack.project, .volume, name: name)
        }
    }

    func secrets(_ names: [String]) async throws -> [String] {
        try await ids(names, "Secret") { name in
            try await dstack.api.lookup.id(project: dstack.project, .secret, name: name)
        }
    }

    private func ids<Name: CustomStringConvertible>(
        _ names: [Name], _ kind: String, _ id: (Name) async throws -> String
    ) async throws -> [String] {
        var ids: [String] = []
        for name in names {
            do {
                ids.append(try await id(name))
            } catch let error as ClientError where error.isMissingResource {
                throw CommandError("\(kind) \(name, .code) not found")
            }
        }
        return ids
    }
}
