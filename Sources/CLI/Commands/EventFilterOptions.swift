import ArgumentParser
import Client
import Wire

/// The flags of `dstack event` that choose among events. Of each group only one may be given, several times.
struct EventFilterOptions: ParsableArguments {
    private static func help(_ text: String) -> ArgumentHelp {
        ArgumentHelp("Only events about \(text); can be given several times.", valueName: "name")
    }

    @Option(
        name: .customLong("target-fleet"), parsing: .singleValue, help: help("this fleet"),
        completion: .names(.fleets))
    var targetFleets: [Shorthand<EntityReference>] = []

    @Option(name: .customLong("target-run"), parsing: .singleValue, help: help("this run"), completion: .names(.runs))
    var targetRuns: [String] = []

    @Option(name: .customLong("target-volume"), parsing: .singleValue, help: help("this volume"))
    var targetVolumes: [String] = []

    @Option(name: .customLong("target-gateway"), parsing: .singleValue, help: help("this gateway"))
    var targetGateways: [String] = []

    @Option(name: .customLong("target-secret"), parsing: .singleValue, help: help("this secret"))
    var targetSecrets: [String] = []

    @Option(
        name: .customLong("within-fleet"), parsing: .singleValue, help: help("this fleet and its instances"),
        completion: .names(.fleets))
    var withinFleets: [Shorthand<EntityReference>] = []

    @Option(
        name: .customLong("within-run"), parsing: .singleValue, help: help("this run and its jobs"),
        completion: .names(.runs))
    var withinRuns: [String] = []

    @Option(
        name: .customLong("within-gateway"), parsing: .singleValue, help: help("this gateway and its replicas"))
    var withinGateways: [Shorthand<EntityReference>] = []

    @Option(
        name: .customLong("include-target-type"), parsing: .singleValue,
        help: ArgumentHelp("Only events about this type of thing; can be given several times.", valueName: "type"))
    var includedTypes: [Shorthand<EventTargetType>] = []

    func validate() throws {
        try allowOne(of: [
            ("--target-fleet", targetFleets.isEmpty), ("--target-run", targetRuns.isEmpty),
            ("--target-volume", targetVolumes.isEmpty), ("--target-gateway", targetGateways.isEmpty),
            ("--target-secret", targetSecrets.isEmpty),
        ])
        try allowOne(of: [
            ("--within-fleet", withinFleets.isEmpty), ("--within-run", withinRuns.isEmpty),
            ("--within-gateway", withinGateways.isEmpty),
        ])
    }

    private func allowOne(of flags: [(name: String, isEmpty: Bool)]) throws {
        let given = flags.filter { !$0.isEmpty }.map(\.name)
        if given.count > 1 {
            throw ValidationError("\(given.joined(separator: " and ")) exclude each other")
        }
    }

    /// The request for the events that are chosen; without a choice those of the whole project.
    func request(_ dstack: Dstack) async throws -> ListEventsRequest {
        let names = TargetNames(dstack: dstack)
        var request = ListEventsRequest(limit: 100, ascending: false)
        request.targetFleets = try await ids(targetFleets.map(\.value), names.fleets)
        request.targetRuns = try await ids(targetRuns, names.runs)
        request.targetVolumes = try await ids(targetVolumes, names.volumes)
        request.targetGateways = try await ids(targetGateways.map { EntityReference(name: $0) }, names.gateways)
        request.targetSecrets = try await ids(targetSecrets, names.secrets)
        request.withinFleets = try await ids(withinFleets.map(\.value), names.fleets)
        request.withinRuns = try await ids(withinRuns, names.runs)
        request.withinGateways = try await ids(withinGateways.map(\.value), names.gateways)
        let chosen = [
            request.targetFleets, request.targetRuns, request.targetVolumes, request.targetGateways,
            request.targetSecrets, request.withinFleets, request.withinRuns, request.withinGateways,
        ]
        if chosen.allSatisfy({ $0 == nil }) {
            request.withinProjects = [try await dstack.api.projects.get(dstack.project).projectId]
        }
        if !includedTypes.isEmpty {
            request.includeTargetTypes = includedTypes.map(\.value)
        }
        return request
    }

    private func ids<Name>(
        _ names: [Name], _ find: ([Name]) async throws -> [String]
    ) async throws -> [String]? {
        names.isEmpty ? nil : try await find(names)
    }
}
