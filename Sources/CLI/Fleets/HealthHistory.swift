import Wire

/// How an instance was over time: one period for as long as its checks found the same.
struct HealthHistory: Equatable {
    struct Period: Equatable {
        var from: Timestamp
        /// When it was found so last.
        var last: Timestamp
        var status: HealthStatus
        var messages: [String]
    }

    /// The newest first.
    let periods: [Period]

    /// - Parameter checks: the newest first.
    init(_ checks: [HealthCheck]) {
        var periods: [Period] = []
        for check in checks {
            let messages = check.events.map(\.message)
            if let last = periods.indices.last, periods[last].status == check.status, periods[last].messages == messages
            {
                periods[last].from = check.collectedAt
            } else {
                periods.append(
                    Period(
                        from: check.collectedAt, last: check.collectedAt, status: check.status, messages: messages))
            }
        }
        self.periods = periods
    }

    /// The lines of `dstack fleet get` for one instance.
    ///
    /// - Parameter limit: of periods.
    func rows(_ instance: Instance, limit: Int) -> [[String: StyledText]] {
        let name = StyledText(instance.name)
        guard !periods.isEmpty else {
            return [["INSTANCE": name, "HEALTH": StyledText("not checked yet", .secondary)]]
        }
        // Of one that does not answer nothing is found now.
        let isAsked = !instance.unreachable && (instance.status == .idle || instance.status == .busy)
        return periods.prefix(limit).enumerated().map { index, period in
            [
                "INSTANCE": index == 0 ? name : "",
                "FROM": StyledText(TimeText.dateAndClock(period.from)),
                "TO": index == 0 && isAsked
                    ? "now" : StyledText(TimeText.dateAndClock(index == 0 ? period.last : periods[index - 1].from)),
                "HEALTH": StyledText(period.status.rawValue, Self.style(of: period.status)),
                "FOUND": StyledText(period.messages.joined(separator: ". ")),
            ]
        }
    }

    private static func style(of status: HealthStatus) -> Style {
        switch status {
        case .healthy: .plain
        case .warning: Style(colour: .gold, isBold: true)
        case .failure: Style(colour: .indianRed, isBold: true)
        }
    }
}
