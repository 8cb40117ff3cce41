import Store
import Wire

extension Run {
    /// A run as dstack's answers show it.
    ///
    /// - Parameters:
    ///   - submissionsLimit: the latest submissions of each job to show, nil for all; 0 shows the jobs without
    ///     submissions.
    ///   - includesJobs: false leaves the jobs out.
    ///   - live: what no row says of its submissions.
    ///   - now: for what live submissions have cost so far.
    init(
        snapshot: RunSnapshot, includesJobs: Bool = true, submissionsLimit: Int? = nil,
        includesConnections: Bool = false, live: LiveFacts = LiveFacts(), now: Timestamp
    ) throws {
        let record = snapshot.run
        var jobs =
            includesJobs
            ? try Job.jobs(of: snapshot, submissionsLimit: submissionsLimit, includesConnections: includesConnections)
            : []
        if !live.isEmpty { jobs.show(live) }
        let spec = try RunSpec(json: record.spec)
        let cost = jobs.flatMap(\.jobSubmissions).reduce(0) { $0 + $1.cost(at: now) }
        self.init(
            id: record.id, projectName: snapshot.projectName, user: snapshot.userName,
            fleet: record.fleetID.flatMap { id in snapshot.fleetName.map { RunFleet(id: id, name: $0) } },
            submittedAt: record.submittedAt, lastProcessedAt: record.lastProcessedAt, status: record.status,
            statusMessage: try StatusText.message(of: record, jobs: snapshot.jobs),
            terminationReason: record.terminationReason, runSpec: spec, jobs: jobs,
            latestJobSubmission: jobs.first?.jobSubmissions.last, cost: (cost * 10_000).rounded() / 10_000,
            deploymentNum: record.deploymentNum, error: record.terminationReason?.error,
            deleted: record.isDeleted, nextTriggeredAt: record.nextStart(by: spec.mergedProfile.schedule, now))
    }
}

extension RunRecord {
    /// When a run with a schedule begins next: the moment that it waits for, or, while its jobs live, the first that
    /// is still to come.
    fileprivate func nextStart(by schedule: Schedule?, _ now: Timestamp) -> Timestamp? {
        guard let schedule, !status.isFinished else { return nil }
        return nextTriggeredAt ?? schedule.next(after: now)
    }
}

extension [Job] {
    fileprivate mutating func show(_ live: LiveFacts) {
        for job in indices {
            for index in self[job].jobSubmissions.indices { self[job].jobSubmissions[index].show(live) }
        }
    }
}

extension JobSubmission {
    fileprivate mutating func show(_ live: LiveFacts) {
        if status == .pulling { imagePullProgress = live.pulls[id] }
        if status == .running { inactivitySecs = live.unconnected[id] }
    }
}

extension Job {
    fileprivate static func jobs(
        of snapshot: RunSnapshot, submissionsLimit: Int?, includesConnections: Bool
    ) throws -> [Job] {
        var environment: DevEnvironmentConfiguration?
        if includesConnections, case .devEnvironment(let found) = try RunSpec(json: snapshot.run.spec).configuration {
            environment = found
        }
        var jobs: [Job] = []
        var rest = snapshot.jobs[...]
        while let first = rest.first {
            let submissions = rest.prefix { $0.replicaNum == first.replicaNum && $0.jobNum == first.jobNum }
            rest = rest.dropFirst(submissions.count)
            guard let latest = submissions.last else { continue }
            var spec = try JobSpec(json: latest.spec)
            // The key with which jobs reach one another is theirs alone.
            spec.sshKey = nil
            let shown = submissions.suffix(submissionsLimit ?? submissions.count)
            var connection: JobConnectionInfo?
            if includesConnections, latest.status == .running {
                let isMain = latest.jobNum == 0 && latest.replicaNum == 0
                let host = isMain ? snapshot.run.name : latest.name
                connection = JobConnectionInfo(attachedSshCommand: ["ssh", host])
                if let ide = environment?.ide {
                    connection?.ideName = ide.title
                    let directory = try latest.runtimeData.flatMap { try JobRuntimeData(json: $0).workingDir }
                    connection?.attachedIdeUrl = directory.map { ide.link(to: host, directory: $0) }
                }
            }
            jobs.append(
                Job(jobSpec: spec, jobSubmissions: try shown.map(JobSubmission.init), jobConnectionInfo: connection))
        }
        return jobs
    }
}

extension JobSubmission {
    fileprivate init(_ record: JobRecord) throws {
        self.init(
            id: record.id, submissionNum: record.submissionNum, deploymentNum: record.deploymentNum,
            submittedAt: record.submittedAt, lastProcessedAt: record.lastProcessedAt,
            finishedAt: record.status.isFinished ? record.finishedAt ?? record.lastProcessedAt : nil,
            status: record.status, statusMessage: StatusText.message(of: record),
            terminationReason: record.terminationReason, terminationReasonMessage: record.terminationMessage,
            exitStatus: record.exitStatus,
            jobProvisioningData: try record.provisioningData.map { try JobProvisioningData(json: $0) },
            jobRuntimeData: try record.runtimeData.map { try JobRuntimeData(json: $0) },
            error: record.terminationReason?.error ?? record.waitsFor)
    }

    /// Dollars for the time from submission to the end, or to now.
    fileprivate func cost(at now: Timestamp) -> Double {
        guard let price = jobProvisioningData?.price, price > 0 else { return 0 }
        return price * ((finishedAt ?? now).seconds - submittedAt.seconds) / 3600
    }
}

extension JobRecord {
    /// What a job waits for that stands in the queue or for its siblings, in words: dstack's clients show a
    /// submission's `error` in `ps -v` whatever its status.
    fileprivate var waitsFor: String? {
        switch status {
        case .submitted, .pulling: (try? Waiting(json: state))?.waitsFor
        case .provisioning, .running, .terminating, .terminated, .aborted, .failed, .done: nil
        }
    }

    /// The part of a job machine's state that says it.
    private struct Waiting: Decodable { let waitsFor: String? }
}

extension Decodable {
    /// Reads what the store keeps as JSON.
    init(json: [UInt8]) throws {
        self = try WireJSON.decode(Self.self, from: json, unknownFields: .ignored)
    }
}
