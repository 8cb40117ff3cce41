import Wire

extension RunSpec {
    /// Name of the repository of a run that has none.
    public static let virtualRepoID = "none"

    /// The specification with the server's defaults, which do not depend on where it will run.
    ///
    /// What can be left open here is resolved in each job's specification, so that a run keeps what its user
    /// wrote and its jobs say what came of it.
    ///
    /// - Parameters:
    ///   - userKey: the user's public key, for a run that brings none.
    ///   - longestWindow: the longest over which a run's utilization can be judged: samples are kept for no longer.
    /// - Throws: `PlanningError` where the specification contradicts itself.
    public func effective(userKey: String?, longestWindow: Duration = .seconds(3600)) throws(PlanningError) -> RunSpec {
        var spec = self
        if let runName { try RunName.check(runName) }
        let profile = mergedProfile
        if case .policy(let retry) = profile.retry, let duration = retry.duration, duration.count < 0 {
            throw PlanningError("retry.duration cannot be negative")
        }
        if repoId == nil, repoData != nil { throw PlanningError("repo_data must not be set if repo_id is not set") }
        if repoId != nil, repoData == nil { throw PlanningError("repo_id must not be set if repo_data is not set") }
        if repoId == nil {
            spec.repoId = Self.virtualRepoID
            spec.repoData = .virtual
        }
        if let policy = profile.utilizationPolicy, .seconds(policy.timeWindow.count) > longestWindow {
            throw PlanningError("Maximum utilization_policy.time_window is \(longestWindow.components.seconds)s")
        }
        for cron in profile.schedule?.cron ?? [] where !cron.everComes {
            throw PlanningError(
                "`schedule.cron`: '\(cron.text)' never comes: no month of the expression has such a day")
        }
        spec.configuration.fillDefaults()
        try spec.configuration.checkAccelerators()
        if sshKeyPub == nil {
            guard let userKey else {
                throw PlanningError("ssh_key_pub must be set if the user has no ssh_public_key")
            }
            spec.sshKeyPub = userKey
        }
        return spec
    }
}

extension AnyRunConfiguration {
    mutating func fillDefaults() {
        base.priority = base.priority ?? 0
        base.resources.fillDefaults(image: base.image, docker: base.docker)
        guard case .task(var task) = self else { return }
        if task.groups == nil { task.nodes = task.nodes ?? 1 }
        task.groups = task.groups?.map { group in
            var group = group
            group.resources.fillDefaults(image: base.image, docker: base.docker)
            return group
        }
        self = .task(task)
    }

    /// Accelerators that the default image has no libraries for need an image of the user's.
    func checkAccelerators() throws(PlanningError) {
        guard base.image == nil, base.docker != true else { return }
        var vendors: [AcceleratorVendor] = []
        var groups: [Int] = []
        if case .task(let task) = self, let all = task.groups {
            for (index, group) in all.enumerated() {
                let found = group.resources.vendorsWithoutImage
                if !found.isEmpty { groups.append(index) }
                vendors += found
            }
        } else {
            vendors = base.resources.vendorsWithoutImage
        }
        if vendors.isEmpty { return }
        let names = Set(vendors.map(\.rawValue)).sorted().map { "'\($0)'" }.joined(separator: ", ")
        let place = groups.isEmpty ? "" : "groups[\(groups.map(String.init).joined(separator: ", "))]: "
        throw PlanningError(
            "\(place)`image` must be set when the requested accelerator is not supported by the default image: "
                + "[\(names)]")
    }
}

extension ResourcesSpec {
    /// Any number of GPUs where none are asked for, and the vendor where it follows from the rest.
    mutating func fillDefaults(image: String?, docker: Bool?) {
        var gpu = gpu ?? .any
        defer { self.gpu = gpu }
        if gpu.vendor != nil || gpu.count.max == 0 { return }
        guard let names = gpu.name, !names.isEmpty else {
            // The default image is made for NVIDIA's.
            if image == nil, docker != true { gpu.vendor = .nvidia }
            return
        }
        let vendors = names.map(AcceleratorModels.vendors(of:))
        let distinct = Set(vendors.flatMap(\.self))
        // ORDER: `first` of one.
        if distinct.count == 1, vendors.allSatisfy({ !$0.isEmpty }) { gpu.vendor = distinct.first }
    }

    /// Vendors asked for whose accelerators work only with an image made for them.
    fileprivate var vendorsWithoutImage: [AcceleratorVendor] {
        guard let gpu, gpu.count.max != 0 else { return [] }
        let asked = gpu.vendor.map { [$0] } ?? (gpu.name ?? []).flatMap(AcceleratorModels.vendors(of:))
        return asked.filter { $0 != .nvidia && $0 != .google }
    }
}
