import Backends
import FoundationEssentials
import JobActors
import Logging
import ServiceLifecycle
import Store
import Supervisor
import Wire

/// Asks the runner of each running job what it uses, in rounds, and forgets what is old.
///
/// It reads rows and talks to runners. It tells the engine one thing, by a message like a user's: a job is to end that
/// does not use its GPUs. A runner that does not answer is asked again in the next round.
struct MetricsSampler: Service {
    let store: SQLiteStore
    let metrics: MetricsStore
    let space: DiskSpace
    let supervisor: Supervisor
    let connections: ConnectionBoard
    let settings: MetricsSettings
    let logger: Logger

    func run() async throws {
        await SamplingRounds(what: "metrics of jobs", interval: settings.interval, space: space, logger: logger)
            .run(round: round, clean: clean)
    }

    private func round() async throws {
        let jobs = try await store.activeJobs(onlyRunning: true).compactMap { RunningJob($0.job) }
        let samples = await SamplingRounds.ask(jobs, sample)
        connections.show(
            Dictionary(samples.compactMap { sample in sample.unconnected.map { (sample.jobID, $0) } }) { $1 },
            at: .now)
        try await metrics.add(samples.compactMap(\.point))
        for job in jobs {
            guard let policy = job.utilization else { continue }
            do {
                try await judge(job, policy)
            } catch {
                // The others are judged all the same.
                try Task.checkCancellation()
                logger.warning(
                    "a job's utilization was not judged", metadata: ["job": "\(job.name)", "error": "\(error)"])
            }
        }
    }

    /// Has a job end whose GPUs were idle all over its window.
    private func judge(_ job: RunningJob, _ policy: UtilizationPolicy) async throws {
        let now = Timestamp.now
        let window = Duration.seconds(policy.timeWindow.count)
        let samples = try await metrics.points(
            jobID: job.id, after: now.advanced(by: .zero - window), limit: Int(Int32.max))
        guard policy.isBroken(by: samples, at: now, interval: settings.interval) else { return }
        try await supervisor.endUnused(jobID: job.id, policy)
    }

    private func sample(_ job: RunningJob) async -> JobSample? {
        guard let host = await supervisor.host(instanceID: job.instanceID) else { return nil }
        let runner = host.runner(at: job.runner)
        defer { runner.release() }
        var sample = JobSample(jobID: job.id)
        do {
            sample.point = MetricsPoint(jobID: job.id, sample: try await runner.metrics())
            if job.endsUnconnected { sample.unconnected = try await runner.secondsUnconnected() }
        } catch {
            // It may just have ended.
            logger.debug("a job's metrics were not taken", metadata: ["job": "\(job.name)", "error": "\(error)"])
        }
        return sample
    }

    private func clean() async throws {
        let now = Timestamp.now
        try await metrics.forget(
            running: try await store.activeJobs(onlyRunning: true).map(\.job.id),
            runningBefore: now.advanced(by: .zero - settings.runningAge),
            finishedBefore: now.advanced(by: .zero - settings.finishedAge))
    }
}

/// How often metrics are taken and how long they are kept.
public struct MetricsSettings: Sendable, Equatable {
    public var interval = Duration.seconds(10)
    public var runningAge = Duration.seconds(3600)
    public var finishedAge = Duration.seconds(7 * 24 * 3600)
    /// Between two looks at a host.
    public var hostInterval = Duration.seconds(10)
    /// A check of a host is kept at least so often, and each change of its health.
    public var healthInterval = Duration.seconds(60)
    public var healthAge = Duration.seconds(7 * 24 * 3600)
    /// Whether `GET /metrics` is there for Prometheus.
    public var isPrometheusOn = false
    /// What Prometheus has to show; nil asks for nothing.
    public var prometheusToken: String?

    public init() {}
}

/// What one job's runner said.
private struct JobSample {
    let jobID: String
    var point: MetricsPoint?
    /// Seconds; nil where the job does not end by it.
    var unconnected: Int?
}

/// What the sampler needs of a job; nil of one that does not run.
private struct RunningJob {
    let id: String
    let name: String
    let instanceID: String
    let runner: RunnerAddress
    let utilization: UtilizationPolicy?
    /// Whether it ends when nobody has been connected for a while.
    let endsUnconnected: Bool

    init?(_ record: JobRecord) {
        guard let machine = try? JSONDecoder().decode(JobMachine.self, from: Data(record.state)),
            case .running(let running) = machine.state
        else { return nil }
        id = record.id
        name = record.name
        instanceID = running.instanceID
        runner = running.runner
        utilization = machine.policy.utilization
        endsUnconnected = machine.policy.inactivity != nil
    }
}
