import Client
import Wire

/// `dstack ps -w`: the table, drawn again with each transition that the server pushes.
///
/// On a terminal the table is drawn in place. Elsewhere it is printed once, and then each row that changed.
struct RunsWatch: Sendable {
    let session: Session
    let dstack: Dstack
    let all: Bool
    let limit: Int?
    let verbose: Bool

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
        // Many transitions at once are drawn once: what is to be drawn is only whether anything changed.
        let (changes, changed) = AsyncThrowingStream<Void, any Error>.makeStream(bufferingPolicy: .bufferingNewest(1))
        var known: [String] = []
        try await show(&known)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    let stream = dstack.runs.transitions(since: TransitionStream.now)
                    for try await _ in stream.onConnect({ changed.yield() }) {
                        changed.yield()
                    }
                    changed.finish()
                } catch {
                    changed.finish(throwing: error)
                }
            }
            for try await _ in changes {
                try await show(&known)
            }
            group.cancelAll()
        }
    }

    private func show(_ known: inout [String]) async throws {
        let runs = try await dstack.runs.list(all: all, limit: limit).map(\.model)
        let table = RunsTable.make(runs, verbose: verbose, now: TimeText.now())
        let lines = table.lines(width: session.output.width)
        if session.output.isTerminal {
            await session.output.draw(live: lines)
            return
        }
        let rows = lines.map(\.plain)
        // The headings are printed once; afterwards a row is printed when it says something new.
        for (index, line) in lines.enumerated() where known.isEmpty || index > 0 && !known.contains(rows[index]) {
            await session.output.print(line)
        }
        known = rows
    }
}
