import Client
import Wire

/// Prints a project's events page by page, each event once.
struct EventFeed: Sendable {
    let session: Session
    let dstack: Dstack
    let filters: ListEventsRequest

    /// Prints what is there: the last page or, with `since`, all from that time on. Returns what was shown.
    func printFirst(since: Timestamp?) async throws -> EventWindow {
        var window = EventWindow(since: since)
        if let since {
            try await printPages(from: (since, nil), &window)
            return window
        }
        for event in try await dstack.api.events.list(filters).reversed() where window.isNew(event) {
            await show(event)
        }
        return window
    }

    /// Goes on with what happens. Each change that the server tells is a reason to ask for new events.
    func follow(after shown: EventWindow) async throws {
        var window = shown
        try await dstack.runs.onChange { isPushed in
            try await printPages(from: window.start(isPushed: isPushed), &window)
            return nil
        }
    }

    private func printPages(from start: (time: Timestamp, id: String?)?, _ window: inout EventWindow) async throws {
        var request = filters
        request.ascending = true
        request.prevRecordedAt = start?.time
        request.prevId = start?.id
        var isMore = true
        while isMore {
            let page = try await dstack.api.events.list(request)
            for event in page where window.isNew(event) {
                await show(event)
            }
            request.prevRecordedAt = page.last?.recordedAt ?? request.prevRecordedAt
            request.prevId = page.last?.id ?? request.prevId
            isMore = page.count >= request.limit
        }
    }

    private func show(_ event: Event) async {
        await session.output.print(EventLine.make(event, project: dstack.project))
    }
}
