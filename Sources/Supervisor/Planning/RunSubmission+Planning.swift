import JobActors
import Store
import Wire

extension RunSubmission {
    /// Seconds that a stopped job has before it is forced, where its user did not say: as many as dstack's
    /// runner gives.
    static let stopGrace = 10

    /// Plans a run for its submission.
    ///
    /// - Parameters:
    ///   - spec: an effective specification, with its name.
    ///   - key: what the jobs of a replica reach one another with.
    ///   - replaces: a finished run of the same name.
    ///   - unreachableTimeout: seconds that a job's host may be out of reach before the job fails.
    /// - Throws: `PlanningError` where the specification asks for what is not served.
    public init(
        spec: RunSpec, projectID: String, userID: String, planner: JobPlanner, key: JobSSHKey?,
        replaces: RunRecord? = nil, unreachableTimeout: Int = JobPolicy.defaultUnreachableTimeout
    ) throws {
        guard let name = spec.runName else { throw PlanningError("a run needs a name before it is submitted") }
        let jobs = try planner.jobs(of: spec, replicaNum: 0, key: key)
        let profile = spec.mergedProfile
        let cluster = ClusterPolicy(jobs: jobs, profile: profile)
        self.init(
            projectID: projectID, userID: userID, name: name, priority: spec.configuration.base.priority ?? 0,
            spec: try WireJSON.encode(spec), policy: RunPolicy(jobs: jobs, profile: profile),
            jobs: try jobs.map { job in
                JobDraft(
                    jobNum: job.jobNum, replicaNum: job.replicaNum, name: job.jobName, spec: try WireJSON.encode(job),
                    policy: JobPolicy(
                        spec: job, profile: profile, cluster: cluster, unreachableTimeout: unreachableTimeout,
                        inactivity: spec.configuration.inactivity))
            },
            replaces: replaces)
    }

}

extension RunPolicy {
    init(jobs: [JobSpec], profile: ProfileParams) {
        var retry: RetryPolicy?
        if case .policy(let policy)? = jobs.first?.retry {
            retry = RetryPolicy(
                events: policy.onEvents ?? [], duration: policy.duration?.count ?? JobPlanner.defaultRetryDuration)
        }
        let places = jobs.map { JobPlace(replicaNum: $0.replicaNum, jobNum: $0.jobNum) }
        self.init(
            retry: retry, endsWithMaster: profile.stopCriteria == .masterDone,
            schedule: profile.schedule.map { SchedulePolicy($0, jobs: places) })
    }
}

extension JobPolicy {
    init(
        spec: JobSpec, profile: ProfileParams, cluster: ClusterPolicy?, unreachableTimeout: Int, inactivity: Int?
    ) {
        let grace: Int? =
            switch profile.stopDuration {
            case nil: RunSubmission.stopGrace
            case .off: nil
            case .seconds(let seconds): seconds
            }
        self.init(
            stopGrace: grace, maxDuration: spec.maxDuration, unreachableTimeout: unreachableTimeout,
            isSpot: spec.requirements.spot == true, cluster: cluster, utilization: spec.utilizationPolicy,
            inactivity: inactivity)
    }
}

extension ClusterPolicy {
    /// nil for a job that is alone.
    init?(jobs: [JobSpec], profile: ProfileParams) {
        guard jobs.count > 1 else { return nil }
        var sizes: [Int] = []
        for job in jobs {
            let index = job.nodeGroupIndex
            while sizes.count <= index { sizes.append(0) }
            sizes[index] += 1
        }
        self.init(groupSizes: sizes, startupOrder: profile.startupOrder ?? .any)
    }
}
