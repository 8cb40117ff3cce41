import Wire

/// A run's plan in words.
enum RunPlanText {
    /// The lines above the offers, named as the official client names them.
    static func properties(of plan: RunPlan, _ job: JobPlan, verbose: Bool) -> [(name: String, value: String)] {
        let spec = plan.effectiveRunSpec ?? plan.runSpec
        let requirements = job.jobSpec.requirements
        let own = spec.configuration.profile
        let shared = spec.profile?.params
        let creation = own.creationPolicy ?? shared?.creationPolicy ?? .reuseOrCreate
        let reservation = own.reservation ?? shared?.reservation
        var rows: [(name: String, value: String)] = [
            ("Project", plan.projectName), ("User", plan.user), ("Type", type(of: spec.configuration)),
            ("Resources", ResourcesText.of(requirements.resources)),
            ("Spot policy", spotPolicy(requirements.spot)),
            ("Max price", requirements.maxPrice.map { $0 > 0 ? PriceText.of($0) : "off" } ?? "off"),
            ("Retry policy", retry(job.jobSpec.retry)),
        ]
        if verbose || creation != .reuseOrCreate {
            rows.append(("Creation policy", creation.rawValue))
        }
        rows.append(("Idle duration", idle(own.idleDuration ?? shared?.idleDuration)))
        rows.append(("Max duration", job.jobSpec.maxDuration.map(TimeText.duration) ?? "off"))
        if case .devEnvironment(let configuration) = spec.configuration {
            rows.append(
                ("Inactivity duration", configuration.inactivityDuration.map(TimeText.duration) ?? "off"))
        }
        if verbose || reservation != nil {
            rows.append(("Reservation", reservation ?? "no"))
        }
        return rows
    }

    static func spotPolicy(_ spot: Bool?) -> String {
        switch spot {
        case nil: "auto"
        case true?: "spot"
        case false?: "on-demand"
        }
    }

    /// Whether a job without capacity is submitted again.
    static func retriesNoCapacity(_ retry: RetrySetting?) -> Bool {
        switch retry {
        case nil, .flag(false): false
        case .flag(true): true
        case .policy(let policy): policy.onEvents?.contains(.noCapacity) ?? true
        }
    }

    private static func type(of configuration: AnyRunConfiguration) -> String {
        guard case .task(let task) = configuration else {
            return configuration.type
        }
        return "task (nodes=\(task.nodes ?? 1))"
    }

    private static func retry(_ retry: RetrySetting?) -> String {
        let events: [RetryEvent]
        let duration: Int
        switch retry {
        case nil, .flag(false):
            return "off"
        case .flag(true):
            (events, duration) = (RetryEvent.allCases, 3600)
        case .policy(let policy):
            (events, duration) = (policy.onEvents ?? RetryEvent.allCases, policy.duration?.count ?? 3600)
        }
        return "\(TimeText.duration(duration))[\(events.map(\.rawValue).joined(separator: ", "))]"
    }

    private static func idle(_ seconds: Int?) -> String {
        guard let seconds else {
            return "5m"
        }
        return seconds < 0 ? "-" : TimeText.duration(seconds)
    }
}
