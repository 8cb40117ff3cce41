import Hummingbird
import Store
import Wire

/// `GET /api/project/:project/metrics/job/:run`: what a job used over time.
struct MetricsRoutes: Sendable {
    let services: Services

    func register(in endpoints: Endpoints) {
        endpoints.get("/api/project/:project/metrics/job/:run", .member, job)
    }

    @Sendable private func job(_ call: Call) async throws -> Response {
        let replica = try call.queryInteger("replica_num") ?? 0
        let number = try call.queryInteger("job_num") ?? 0
        let limit = max(0, try call.queryInteger("limit") ?? 1)
        let (after, before) = (try call.queryTime("after"), try call.queryTime("before"))
        let name = try call.parameter("run")
        let runs = try await services.store.runs(named: [name], projectID: try call.project.id)
        for run in runs where call.query("run_id").map({ $0 == run.id }) ?? true {
            let jobs = try await services.store.jobs(runID: run.id)
            guard let job = jobs.last(where: { Int64($0.replicaNum) == replica && Int64($0.jobNum) == number })
            else { continue }
            // One more, to know the processor time between two.
            let samples = try await services.metrics.points(
                jobID: job.id, after: after, before: before, limit: Int(min(limit, 100_000)) + 1)
            let series = JobSeries.make(samples, resources: job.resources)
            return try .json(["metrics": .array(series)] as JSONValue)
        }
        throw APIError.resourceNotExists("Found no job with given parameters")
    }
}
