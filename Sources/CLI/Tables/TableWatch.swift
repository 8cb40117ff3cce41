import Client

/// `-w`: a table that is drawn again when what it shows has changed.
///
/// On a terminal the table is drawn in place. Elsewhere it is printed once, and then each row that changed.
struct TableWatch: Sendable {
    let session: Session
    let dstack: Dstack
    /// Makes the table as it is now.
    let table: @Sendable () async throws -> Table

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
        var shown: [StyledText] = []
        try await show(&shown)
        try await dstack.runs.onChange {
            try await show(&shown)
        }
    }

    private func show(_ shown: inout [StyledText]) async throws {
        let lines = try await table().lines(width: session.output.width)
        guard lines != shown else {
            return
        }
        if session.output.isTerminal {
            await session.output.draw(live: lines)
        } else {
            for line in Self.news(in: lines, since: shown) {
                await session.output.print(line)
            }
        }
        shown = lines
    }

    /// The lines that say something new. The headings are printed once.
    static func news(in lines: [StyledText], since shown: [StyledText]) -> [StyledText] {
        let known = Set(shown.map(\.plain))
        return lines.enumerated().filter { shown.isEmpty || $0.offset > 0 && !known.contains($0.element.plain) }
            .map(\.element)
    }
}
