import Hummingbird
import NIOCore
import Store
import Wire

/// `GET /metrics` for Prometheus, with dstack's names and labels; there only where it was turned on.
struct PrometheusRoutes: Sendable {
    let services: Services

    func register(in endpoints: Endpoints) {
        endpoints.router.get("/metrics") { request, _ in
            guard services.metricsSettings.isPrometheusOn else { throw APIError.unknownPath }
            if let token = services.metricsSettings.prometheusToken {
                guard Gatekeeper.token(request.headers[.authorization]).map({ Self.isSame($0, token) }) == true else {
                    throw APIError.forbidden()
                }
            }
            return Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: try await text())))
        }
    }

    /// Compares in a time that does not tell where the two differ.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private func text() async throws -> String {
        var text = PrometheusText()
        let now = services.clock.now()
        try await addInstances(to: &text, now)
        try await addRuns(to: &text)
        try await addJobs(to: &text, now)
        addTimings(to: &text)
        addEngine(to: &text, waiting: try await services.store.unfinishedJobIDs().count)
        return text.text
    }

    private static let hostFamilies: [(String, PrometheusText.Kind, String)] = [
        ("reachable", .gauge, "Whether the instance's shim answers"),
        ("health", .gauge, "The instance's health: 0 healthy, 1 warning, 2 failure"),
        ("cpu_time_seconds_total", .counter, "Processor time of the host since it booted, seconds"),
        ("load", .gauge, "Load average of the host over a minute"),
        ("memory_total_bytes", .gauge, "Memory of the host, bytes"),
        ("memory_usage_bytes", .gauge, "Memory of the host that cannot be given back, bytes"),
        ("disk_total_bytes", .gauge, "Size of the file system that jobs' data is on, bytes"),
        ("disk_usage_bytes", .gauge, "What is used of it, bytes"),
    ]

    private func addInstances(to text: inout PrometheusText, _ now: Timestamp) async throws {
        text.begin("dstack_instance_duration_seconds_total", .counter, "Seconds since the instance was made")
        text.begin("dstack_instance_price_dollars_per_hour", .gauge, "The instance's price, USD/hour")
        text.begin("dstack_instance_gpu_count", .gauge, "The instance's GPUs")
        for (name, kind, help) in Self.hostFamilies { text.begin("dstack_instance_\(name)", kind, help) }
        let instances = try await services.store.instances(FleetFilter(onlyActive: true))
            .filter { ["provisioning", "idle", "busy", "terminating"].contains($0.instance.status) }
            .sorted { ($0.projectName, $0.instance.name) < ($1.projectName, $1.instance.name) }
        for snapshot in instances {
            let instance = snapshot.instance
            let type = try InstanceType(json: instance.instanceType)
            let labels = [
                ("dstack_project_name", snapshot.projectName), ("dstack_fleet_name", snapshot.fleetName ?? ""),
                ("dstack_fleet_id", instance.fleetID), ("dstack_instance_name", instance.name),
                ("dstack_instance_id", instance.id), ("dstack_instance_type", type.name),
                ("dstack_backend", instance.backend), ("dstack_gpu", type.resources.gpus.first?.name ?? ""),
            ]
            text.add(
                "dstack_instance_duration_seconds_total", labels, now.seconds - instance.createdAt.seconds)
            text.add("dstack_instance_price_dollars_per_hour", labels, instance.price)
            text.add("dstack_instance_gpu_count", labels, Double(type.resources.gpus.count))
            try await addHost(instance, to: &text, labels)
        }
    }

    /// Ours: how an instance's host is and what it uses.
    private func addHost(
        _ instance: InstanceRecord, to text: inout PrometheusText, _ labels: [(String, String)]
    ) async throws {
        let health = HealthStatus(rawValue: instance.health) ?? .healthy
        text.add("dstack_instance_reachable", labels, instance.isUnreachable ? 0 : 1)
        text.add("dstack_instance_health", labels, Double(health.severity))
        guard let usage = try await services.metrics.usages(instanceID: instance.id, limit: 1).first else { return }
        text.add("dstack_instance_cpu_time_seconds_total", labels, Double(usage.cpuUsageMicro) / 1_000_000)
        text.add("dstack_instance_load", labels, usage.load)
        text.add("dstack_instance_memory_total_bytes", labels, Double(usage.memoryTotal))
        text.add("dstack_instance_memory_usage_bytes", labels, Double(usage.memoryUsed))
        text.add("dstack_instance_disk_total_bytes", labels, Double(usage.diskTotal))
        text.add("dstack_instance_disk_usage_bytes", labels, Double(usage.diskUsed))
    }

    private func addRuns(to text: inout PrometheusText) async throws {
        text.begin("dstack_run_count_total", .counter, "Runs")
        let statuses: [(String, RunStatus)] = [("terminated", .terminated), ("failed", .failed), ("done", .done)]
        for (name, _) in statuses { text.begin("dstack_run_count_\(name)_total", .counter, "Runs that are \(name)") }
        for counts in try await services.store.runCounts() {
            let labels = [("dstack_project_name", counts.projectName), ("dstack_user_name", counts.userName)]
            text.add("dstack_run_count_total", labels, Double(counts.byStatus.values.reduce(0, +)))
            for (name, status) in statuses {
                text.add("dstack_run_count_\(name)_total", labels, Double(counts.byStatus[status] ?? 0))
            }
        }
    }

    private func addJobs(to text: inout PrometheusText, _ now: Timestamp) async throws {
        let families: [(String, PrometheusText.Kind, String)] = [
            ("duration_seconds_total", .counter, "Seconds since the job was submitted"),
            ("price_dollars_per_hour", .gauge, "Price of the job's instance, USD/hour"),
            ("gpu_count", .gauge, "The job's GPUs"), ("cpu_count", .gauge, "The job's CPUs"),
            ("cpu_time_seconds_total", .counter, "Processor time of the job, seconds"),
            ("memory_total_bytes", .gauge, "Memory that the job has, bytes"),
            ("memory_usage_bytes", .gauge, "Memory that the job uses with its cache, bytes"),
            ("memory_working_set_bytes", .gauge, "Memory that the job uses without its cache, bytes"),
            ("gpu_usage_ratio", .gauge, "Use of a GPU, 0.0 to 1.0"),
            ("gpu_memory_total_bytes", .gauge, "Memory of a GPU, bytes"),
            ("gpu_memory_usage_bytes", .gauge, "Memory of a GPU that the job uses, bytes"),
        ]
        for (name, kind, help) in families { text.begin("dstack_job_\(name)", kind, help) }
        for active in try await services.store.activeJobs() {
            let job = active.job
            guard let offer = job.offer else { continue }
            let resources = offer.resources
            let labels = [
                ("dstack_project_name", active.projectName), ("dstack_user_name", active.userName),
                ("dstack_run_name", active.run.name), ("dstack_run_id", job.runID), ("dstack_job_name", job.name),
                ("dstack_job_id", job.id), ("dstack_job_num", String(job.jobNum)),
                ("dstack_replica_num", String(job.replicaNum)),
                ("dstack_run_type", try RunSpec(json: active.run.spec).configuration.type),
                ("dstack_backend", offer.backend.rawValue), ("dstack_gpu", resources.gpus.first?.name ?? ""),
            ]
            let add = { (text: inout PrometheusText, name: String, value: Double) in
                text.add("dstack_job_\(name)", labels, value)
            }
            add(&text, "duration_seconds_total", now.seconds - job.submittedAt.seconds)
            add(&text, "price_dollars_per_hour", offer.price)
            add(&text, "gpu_count", Double(resources.gpus.count))
            add(&text, "cpu_count", Double(resources.cpus))
            add(&text, "memory_total_bytes", Double(resources.memoryMib) * 1_048_576)
            guard let sample = try await services.metrics.points(jobID: job.id, limit: 1).first else { continue }
            add(&text, "cpu_time_seconds_total", Double(sample.cpuUsageMicro) / 1_000_000)
            add(&text, "memory_usage_bytes", Double(sample.memoryUsageBytes))
            add(&text, "memory_working_set_bytes", Double(sample.memoryWorkingSetBytes))
            guard let gpu = resources.gpus.first else { continue }
            for (index, used) in sample.gpus.enumerated() {
                let labels = labels + [("dstack_gpu_num", String(index))]
                text.add("dstack_job_gpu_usage_ratio", labels, Double(used.gpuUtilPercent) / 100)
                text.add("dstack_job_gpu_memory_total_bytes", labels, Double(gpu.memoryMib) * 1_048_576)
                text.add("dstack_job_gpu_memory_usage_bytes", labels, Double(used.gpuMemoryUsageBytes))
            }
        }
    }

    private func addTimings(to text: inout PrometheusText) {
        let numbers = services.runTimings.numbers
        let name = "dstack_submit_to_provision_duration_seconds"
        text.begin(name, .histogram, "Seconds from a run's submission to its first machine")
        for (labels, histogram) in numbers.waits.sorted(by: { $0.key < $1.key }) {
            let pairs = [("project_name", labels.project), ("run_type", labels.runType)]
            for (bound, count) in zip(RunTimings.bounds, histogram.counts) {
                text.add(name, [("le", "\(bound).0")] + pairs, Double(count), suffix: "_bucket")
            }
            text.add(name, [("le", "+Inf")] + pairs, Double(histogram.count), suffix: "_bucket")
            text.add(name, pairs, Double(histogram.count), suffix: "_count")
            text.add(name, pairs, histogram.sum, suffix: "_sum")
        }
        text.begin("dstack_pending_runs_total", .counter, "How often a run had to wait for another try")
        for (labels, count) in numbers.pending.sorted(by: { $0.key < $1.key }) {
            text.add(
                "dstack_pending_runs_total", [("project_name", labels.project), ("run_type", labels.runType)],
                Double(count))
        }
    }

    /// Ours: how the engine is.
    private func addEngine(to text: inout PrometheusText, waiting: Int) {
        text.begin("dstack_engine_unfinished_jobs", .gauge, "Job submissions that are not finished")
        text.add("dstack_engine_unfinished_jobs", [], Double(waiting))
        text.begin("dstack_engine_event_watchers", .gauge, "Streams of events that are open")
        text.add("dstack_engine_event_watchers", [], Double(services.store.feed.subscriberCount))
        text.begin("dstack_engine_write_groups_total", .counter, "Transactions of the store since the start")
        text.add("dstack_engine_write_groups_total", [], Double(services.store.generation))
    }
}
