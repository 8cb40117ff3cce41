import AgentServer
import FoundationEssentials
import NIOCore
import Wire

extension RunnerAPI {
    /// `GET /api/stream`: states and logs as frames, from where the client stands, until everything was sent.
    func stream(_ request: Request) throws -> Response {
        let state = try request.query.integer("state", default: 0)
        let job: Int64 = try request.query.integer("log", default: 0)
        let runner: Int64 = try request.query.integer("runner_log", default: 0)
        guard state >= 0, job >= 0, runner >= 0 else {
            throw HTTPFailure(.badRequest, "state and log positions are 0 or above")
        }
        return .stream(contentType: "application/octet-stream") { writer in
            var feed = StreamFeed(journal: journal, state: state, job: job, runner: runner)
            while true {
                let look = journal.look()
                if let frames = try feed.next(look) {
                    try await writer.write(frames)
                } else if feed.isComplete(look) {
                    try await writer.write(StreamFrame.end(logBytes: look.job.size))
                    return
                } else {
                    await journal.change(after: look)
                    try Task.checkCancellation()
                }
            }
        }
    }
}
