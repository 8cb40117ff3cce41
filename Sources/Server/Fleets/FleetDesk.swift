import JobActors
import Store
import Supervisor
import Wire

/// Plans, makes and deletes fleets: the rules between a request and the engine.
struct FleetDesk: Sendable {
    let services: Services

    private static let changed = APIError.client(
        "Failed to apply plan. Resource has been changed. Try again or use force apply.")

    // MARK: Plans

    func plan(_ spec: FleetSpec, by asker: RunDesk.Asker) async throws -> FleetPlan {
        let submission = try FleetSubmission(spec)
        let current = try await fleet(named: spec.configuration.name, asker)
        if current == nil { try refuseLocalName(spec, asker.project) }
        try await refuseTaken(submission, project: asker.project, except: current?.fleet.id)
        var action = ApplyAction.create
        if let current, (try? FleetSpecUpdate.check(from: FleetSpec(json: current.fleet.spec), to: spec)) != nil {
            action = .update
        }
        return FleetPlan(
            projectName: asker.project.name, user: asker.user.name,
            // Clients send it back to have it applied, keys and all: they get what they sent.
            spec: spec, effectiveSpec: spec.withoutKeys(),
            currentResource: try current.map { try Fleet(snapshot: $0) }, offers: [], totalOffers: 0, action: action)
    }

    /// Hosts that are another fleet's already. One that is being given back is not: its set-up waits for that.
    private func refuseTaken(_ submission: FleetSubmission, project: ProjectRecord, except fleetID: String?)
        async throws
    {
        let routes = submission.routes
        var taken: [(host: String, owner: String)] = []
        for instance in try await services.store.instances(FleetFilter(), page: Page(limit: .max)) {
            let record = instance.instance
            guard record.fleetID != fleetID, !record.isDeleted, !record.isClosing, let route = record.hostRoute,
                routes.contains(route)
            else { continue }
            let isOwn = record.projectID == project.id
            taken.append(
                (record.hostname, isOwn ? "'\(instance.fleetName ?? record.name)'" : "a fleet of another project"))
        }
        if taken.isEmpty { return }
        let hosts = taken.map(\.host).joined(separator: ", ")
        let owners = taken.map { "\($0.host) is a host of \($0.owner)" }.joined(separator: ", ")
        throw APIError.client(
            "Instances [\(hosts)] are already assigned to a fleet. \(owners): delete it there first, or leave it out here"
        )
    }

    // MARK: Changes

    /// Makes a fleet, or changes the one of its name.
    ///
    /// - Parameters:
    ///   - seen: what a plan showed of it.
    ///   - isForced: whether it is changed whatever it is now.
    func apply(_ spec: FleetSpec, over seen: Fleet?, isForced: Bool, by asker: RunDesk.Asker, mayManage: Bool)
        async throws -> Fleet
    {
        let submission = try FleetSubmission(spec)
        if !mayManage { throw APIError.forbidden() }
        try services.requireRoom(for: "a new fleet")
        while true {
            let current = try await fleet(named: spec.configuration.name, asker)
            if current == nil { try refuseLocalName(spec, asker.project) }
            try await refuseTaken(submission, project: asker.project, except: current?.fleet.id)
            do {
                if let current {
                    try await update(current, to: submission, over: seen, isForced: isForced, asker)
                    return try await answer(id: current.fleet.id, asker.project)
                }
                let name = try await name(spec.configuration.name, asker.project)
                let id = try await services.supervisor.create(
                    submission, name: name, projectID: asker.project.id, userID: asker.user.id)
                return try await answer(id: id, asker.project)
            } catch let error as StoreError {
                switch error {
                // Somebody was faster: everything is judged anew.
                case .nameInUse, .conflict: continue
                case .instanceInUse, .fleetInUse, .noFreeSlot, .full, .corrupt, .unavailable: throw error
                }
            }
        }
    }

    private func update(
        _ current: FleetSnapshot, to submission: FleetSubmission, over seen: Fleet?, isForced: Bool,
        _ asker: RunDesk.Asker
    ) async throws {
        let shown = try Fleet(snapshot: current)
        if !isForced, seen?.id != shown.id || seen?.spec != shown.spec { throw Self.changed }
        if current.fleet.status != FleetStatus.active.rawValue {
            throw APIError.client("Failed to update fleet: it is being deleted. Try again later.")
        }
        try refuseLocal(current)
        try FleetSpecUpdate.check(from: FleetSpec(json: current.fleet.spec), to: submission.spec)
        let instances = current.instances.map(\.instance)
        do {
            try await services.supervisor.update(current.fleet, instances, to: submission, userID: asker.user.id)
        } catch StoreError.instanceInUse(let id) {
            let numbers = instances.filter { $0.id == id }.map(\.instanceNum)
            throw Self.inUse(current.fleet.name, numbers: numbers)
        }
    }

    /// Deletes fleets, or some of their instances, all of them or none; names of no fleet are passed over.
    ///
    /// - Parameter numbers: of the instances; nil for whole fleets.
    func delete(_ names: [String], numbers: [Int]? = nil, by asker: RunDesk.Asker, mayManage: Bool) async throws {
        while true {
            var fleets: [FleetSnapshot] = []
            for name in names where !fleets.contains(where: { $0.fleet.name == name }) {
                if let fleet = try await fleet(named: name, asker) { fleets.append(fleet) }
            }
            if fleets.isEmpty { return }
            if !mayManage { throw APIError.forbidden() }
            for fleet in fleets { try refuseLocal(fleet) }
            do {
                guard let numbers else {
                    return try await services.supervisor.delete(fleets, userID: asker.user.id)
                }
                let chosen = fleets.flatMap(\.instances).map(\.instance).filter { numbers.contains($0.instanceNum) }
                return try await services.supervisor.close(chosen, userID: asker.user.id)
            } catch StoreError.instanceInUse(let id) {
                let holder = fleets.first { $0.instances.contains { $0.instance.id == id } }
                throw Self.inUse(holder?.fleet.name ?? names.joined(separator: ", "), numbers: numbers)
            } catch StoreError.fleetInUse(let id) {
                let holder = fleets.first { $0.fleet.id == id }
                throw Self.inUse(holder?.fleet.name ?? names.joined(separator: ", "), numbers: nil)
            } catch StoreError.conflict {
                // One changed, or went, meanwhile: all are read anew.
                continue
            }
        }
    }

    private static func inUse(_ name: String, numbers: [Int]?) -> APIError {
        guard let numbers else { return .client("Failed to delete fleet \(name). Fleet is in use.") }
        return .client(
            "Failed to delete fleet \(name) instances [\(numbers.map(String.init).joined(separator: ", "))]."
                + " Fleet instances are in use.")
    }

    /// 1. A server without the local fleet gets a fleet of hosts of its name. 2. It starts with the local fleet: the two
    /// would be one.
    private func refuseLocalName(_ spec: FleetSpec, _ project: ProjectRecord) throws {
        guard spec.configuration.name == LocalFleet.name, project.name == Server.mainProject else { return }
        throw APIError.client(
            "A fleet of project '\(project.name)' cannot be called '\(LocalFleet.name)': that is this machine's fleet."
                + " Give it another name")
    }

    private func refuseLocal(_ fleet: FleetSnapshot) throws {
        guard fleet.instances.contains(where: \.instance.isThisMachine) else { return }
        throw APIError.client(
            "Fleet '\(fleet.fleet.name)' cannot be changed or deleted: it is this machine. Start the server with"
                + " DSTACK_LOCAL_FLEET_DISABLED=1 to be without it.")
    }

    // MARK: Look-up

    private func fleet(named name: String?, _ asker: RunDesk.Asker) async throws -> FleetSnapshot? {
        guard let name else { return nil }
        return try await services.store.fleet(named: name, projectID: asker.project.id)
    }

    private func answer(id: String, _ project: ProjectRecord) async throws -> Fleet {
        guard let snapshot = try await services.store.fleet(id: id, projectID: project.id) else {
            throw StoreError.corrupt("fleet \(id) vanished after it was applied")
        }
        return try Fleet(snapshot: snapshot)
    }

    private func name(_ name: String?, _ project: ProjectRecord) async throws -> String {
        if let name { return name }
        var generator = SystemRandomNumberGenerator()
        while true {
            let name = RunName.random(using: &generator)
            if try await services.store.fleet(named: name, projectID: project.id) == nil { return name }
        }
    }
}
