import ArgumentParser
import Client
import Wire

/// `dstack event`
struct EventCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "event", abstract: "View events.", subcommands: [EventListCommand.self],
        defaultSubcommand: EventListCommand.self)
}

/// `dstack event list`
struct EventListCommand: SessionCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List a project's events.",
        discussion: "Without --since the last 100 are shown.")

    @OptionGroup var project: ProjectOptions

    @Flag(name: .shortAndLong, help: "Go on showing events as they happen.")
    var watch = false

    @Option(help: "Show only what is newer: a duration (10s, 5m, 1d) or a time (2026-09-24T15:30:00Z).")
    var since: String?

    @Option(
        name: .customLong("target-run"), parsing: .singleValue,
        help: ArgumentHelp("Only events about this run; can be given several times.", valueName: "name"),
        completion: .names(.runs))
    var targetRuns: [String] = []

    @Option(
        name: .customLong("target-fleet"), parsing: .singleValue,
        help: ArgumentHelp("Only events about this fleet; can be given several times.", valueName: "name"),
        completion: .names(.fleets))
    var targetFleets: [String] = []

    @Option(
        name: .customLong("within-run"), parsing: .singleValue,
        help: ArgumentHelp("Only events about this run and its jobs; can be given several times.", valueName: "name"),
        completion: .names(.runs))
    var withinRuns: [String] = []

    @Option(
        name: .customLong("within-fleet"), parsing: .singleValue,
        help: ArgumentHelp(
            "Only events about this fleet and its instances; can be given several times.", valueName: "name"),
        completion: .names(.fleets))
    var withinFleets: [String] = []

    @Option(
        name: .customLong("include-target-type"), parsing: .singleValue,
        help: ArgumentHelp("Only events about this type of thing; can be given several times.", valueName: "type"))
    var includedTypes: [Shorthand<EventTargetType>] = []

    func validate() throws {
        let given = [
            ("--target-run", !targetRuns.isEmpty), ("--target-fleet", !targetFleets.isEmpty),
            ("--within-run", !withinRuns.isEmpty), ("--within-fleet", !withinFleets.isEmpty),
        ].filter(\.1).map(\.0)
        if given.filter({ $0.hasPrefix("--target") }).count > 1 || given.filter({ $0.hasPrefix("--within") }).count > 1
        {
            throw ValidationError("\(given.joined(separator: " and ")) exclude each other")
        }
    }

    func run(_ session: Session) async throws {
        let start = try since.map { try SinceText.parse($0, now: TimeText.now()) }
        let dstack = try await session.dstack(project.name)
        let feed = EventFeed(session: session, dstack: dstack, filters: try await filters(dstack))
        let last = try await feed.printFirst(since: start)
        if watch {
            try await untilInterrupted { try await feed.follow(after: last) }
        }
    }

    private func filters(_ dstack: Dstack) async throws -> ListEventsRequest {
        let names = TargetNames(dstack: dstack)
        var request = ListEventsRequest(limit: 100, ascending: false)
        if !targetRuns.isEmpty {
            request.targetRuns = try await names.runs(targetRuns)
        } else if !targetFleets.isEmpty {
            request.targetFleets = try await names.fleets(targetFleets)
        }
        if !withinRuns.isEmpty {
            request.withinRuns = try await names.runs(withinRuns)
        } else if !withinFleets.isEmpty {
            request.withinFleets = try await names.fleets(withinFleets)
        } else if targetRuns.isEmpty, targetFleets.isEmpty {
            let project = try await dstack.api.projects.get(dstack.project)
            request.withinProjects = [project.projectId]
        }
        if !includedTypes.isEmpty {
            request.includeTargetTypes = includedTypes.map(\.value)
        }
        return request
    }
}
