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
        let offset = max(0, try call.queryInteger("offset") ?? 0)
        let follows = try call.flag("follow")
        let kind: LogName.Kind = try call.flag("diagnose") ? .runner : .job
        let follower = LogFollower(store: services.store, logs: services.logs, name: LogName(job, kind: kind))
        let body = call.request.body
        return Response(
            status: .ok, headers: [.contentType: "application/octet-stream"],
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
