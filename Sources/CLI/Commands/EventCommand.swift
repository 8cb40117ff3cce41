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

    @OptionGroup(title: "Filters") var filters: EventFilterOptions

    func run(_ session: Session) async throws {
        let start = try since.map { try SinceText.parse($0, now: TimeText.now()) }
        let dstack = try await session.dstack(project.name)
        let feed = EventFeed(session: session, dstack: dstack, filters: try await filters.request(dstack))
        let shown = try await feed.printFirst(since: start)
        if watch {
            try await untilInterrupted { try await feed.follow(after: shown) }
        }
    }
}
