import Client

/// `-w`: a table that is drawn again when what it shows has changed.
///
/// On a terminal the table is drawn in place. Elsewhere it is printed once, and then each row that changed.
struct TableWatch: Sendable {
    let session: Session
    let dstack: Dstack
    /// Makes the table as it is now.
    let table: @Sendable () async throws -> Shown

    /// A table, and whether it shows something that changes without a transition.
    struct Shown: Sendable {
        var table: Table
        var isMoving = false
    }

    /// Between two looks at what moves.
    private static let pause = Duration.seconds(1)

    func run() async throws {
        await session.output.showCursor(false)
        do {
            try await untilInterrupted { try await follow() }
        } catch {
            await leave()
            throw error
        }
        await leave()
    }

    private func leave() async {
        await session.output.keepLive()
        await session.output.showCursor(true)
    }

    private func follow() async throws {
        var shown: Table?
        try await show(&shown)
        try await dstack.runs.onChange { _ in
            try await show(&shown) ? Self.pause : nil
        }
    }

    /// Shows the table where it has changed; true where it goes on moving.
    @discardableResult
    private func show(_ shown: inout Table?) async throws -> Bool {
        let now = try await table()
        guard now.table != shown else {
            return now.isMoving
        }
        let width = session.output.width
        if session.output.isTerminal {
            await session.output.draw(live: now.table.lines(width: width))
        } else {
            let lines = shown.map { now.table.news(since: $0, width: width) } ?? now.table.lines(width: width)
            for line in lines {
                await session.output.print(line)
            }
        }
        shown = now.table
        return now.isMoving
    }
}
