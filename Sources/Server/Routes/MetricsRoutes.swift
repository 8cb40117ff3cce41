import Hummingbird
import Store
import Wire

/// `GET /api/project/:project/metrics/job/:run`. No samples are kept yet, so a job that exists has none.
struct MetricsRoutes: Sendable {
    let services: Services

    func register(in endpoints: Endpoints) {
        endpoints.get("/api/project/:project/metrics/job/:run", .member, job)
    }

    @Sendable private func job(_ call: Call) async throws -> Response {
        let replica = try call.queryInteger("replica_num") ?? 0
        let number = try call.queryInteger("job_num") ?? 0
        _ = try call.queryInteger("limit")
        let name = try call.parameter("run")
        let runs = try await services.store.runs(named: [name], projectID: try call.project.id)
        for run in runs where call.query("run_id").map({ $0 == run.id }) ?? true {
            let jobs = try await services.store.jobs(runID: run.id)
            if jobs.contains(where: { Int64($0.replicaNum) == replica && Int64($0.jobNum) == number }) {
                return try .json(["metrics": JSONValue.array([])] as JSONValue)
            }
        }
        throw APIError.resourceNotExists("Found no job with given parameters")
    }
}
