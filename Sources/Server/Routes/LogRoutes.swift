import HTTPTypes
import Hummingbird
import NIOCore
import Store
import Wire

/// dstack's `logs/poll`, and a submission's bytes as they are: `GET /api/project/:project/runs/:run/logs`.
struct LogRoutes: Sendable {
    let services: Services

    func register(in endpoints: Endpoints) {
        endpoints.post("/api/project/:project/logs/poll", .member, poll)
        endpoints.get("/api/project/:project/runs/:run/logs", .member, raw)
    }

    @Sendable private func poll(_ call: Call) async throws -> Response {
        let request = try call.read { fields in
            PollLogsRequest(
                runName: fields.string("run_name"), jobSubmissionId: fields.uuid("job_submission_id"),
                startTime: fields.optionalTime("start_time"), endTime: fields.optionalTime("end_time"),
                descending: fields.bool("descending", default: false),
                nextToken: fields.optionalString("next_token"), limit: fields.int("limit", default: 100, in: 0...1000),
                diagnose: fields.bool("diagnose", default: false))
        }
        guard let job = try await services.store.job(id: request.jobSubmissionId),
            job.projectID == (try call.project.id)
        else { return try .json(JobSubmissionLogs(logs: [])) }
        let poll = LogPoll(logs: services.logs, name: LogName(job, kind: request.diagnose ? .runner : .job))
        return try .json(try await poll.page(request))
    }

    @Sendable private func raw(_ call: Call) async throws -> Response {
        let run = try await services.run(try call.parameter("run"), in: try call.project)
        let job = try await job(of: run, call)
        let follows = try call.flag("follow")
        let name = LogName(job, kind: try call.flag("diagnose") ? .runner : .job)
        let offset = try await beginning(name, call)
        let follower = LogFollower(store: services.store, logs: services.logs, name: name)
        let body = call.request.body
        return Response(
            status: .ok, headers: Self.headers(beginningAt: offset),
            body: ResponseBody { writer in
                if follows {
                    // A log can be silent for hours: a client that went is noticed by its connection.
                    try await body.consumeWithCancellationOnInboundClose { _ in
                        try await follower.run(from: offset, follows: true) { piece in
                            try await writer.write(ByteBuffer(bytes: piece))
                        }
                    }
                } else {
                    try await follower.run(from: offset, follows: false) { piece in
                        try await writer.write(ByteBuffer(bytes: piece))
                    }
                }
                try await writer.finish(nil)
            })
    }

    /// Tells where in the log the body's first byte stands.
    private static func headers(beginningAt offset: Int64) -> HTTPFields {
        var headers: HTTPFields = [.contentType: "application/octet-stream"]
        if let name = HTTPField.Name("Dstack-Log-Offset") { headers[name] = "\(offset)" }
        return headers
    }

    /// Where the bytes that are asked for begin: at an offset, or with what came after a moment.
    private func beginning(_ name: LogName, _ call: Call) async throws -> Int64 {
        guard let start = try call.queryTime("start_time") else {
            return max(0, try call.queryInteger("offset") ?? 0)
        }
        let timeline = LogTimeline(try await services.logs.index(of: name))
        return min(timeline.offset(after: start), try await services.logs.length(of: name))
    }

    /// The submission that is asked for, or the latest of the run's first job.
    private func job(of run: RunRecord, _ call: Call) async throws -> JobRecord {
        let jobs = try await services.store.jobs(runID: run.id)
        let found: JobRecord?
        if let id = call.query("job_submission_id"), !id.isEmpty {
            found = jobs.first { $0.id == id }
        } else {
            found = jobs.last { $0.replicaNum == 0 && $0.jobNum == 0 }
        }
        guard let found else { throw APIError.resourceNotExists("Found no job with given parameters") }
        return found
    }
}

extension LogName {
    fileprivate init(_ job: JobRecord, kind: Kind) {
        self.init(projectID: job.projectID, runID: job.runID, jobID: job.id, kind: kind)
    }
}
