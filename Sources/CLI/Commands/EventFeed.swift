import Client
import Wire

/// Prints a project's events page by page, each event once.
struct EventFeed: Sendable {
    let session: Session
    let dstack: Dstack
    let filters: ListEventsRequest

    /// Prints what is there: the last page or, with `since`, all from that time on. Returns the last event.
    func printFirst(since: Timestamp?) async throws -> Event? {
        if let since {
            var request = filters
            request.ascending = true
            request.prevRecordedAt = since
            return try await printPages(request, after: nil)
        }
        let events = try await dstack.api.events.list(filters)
        for event in events.reversed() {
            await session.output.print(EventLine.make(event, project: dstack.project))
        }
        return events.first
    }

    /// Goes on with what happens. Each change that the server tells is a reason to ask for new events.
    func follow(after first: Event?) async throws {
        var last = first
        try await dstack.runs.onChange {
            var request = filters
            request.ascending = true
            last = try await printPages(request, after: last)
        }
    }

    private func printPages(_ first: ListEventsRequest, after last: Event?) async throws -> Event? {
        var request = first
        var newest = last
        var isMore = true
        while isMore {
            if let event = newest {
                request.prevId = event.id
                request.prevRecordedAt = event.recordedAt
            }
            let page = try await dstack.api.events.list(request)
            for event in page {
                await session.output.print(EventLine.make(event, project: dstack.project))
            }
            newest = page.last ?? newest
            isMore = page.count >= request.limit
        }
        return newest
    }
}
