import Wire

extension UtilizationPolicy {
    /// Two samples that are further apart say nothing of what lies between, and one that is further than this from the
    /// window's beginning nothing of that: a minute, or three times of what they are taken in.
    static func longestGap(_ interval: Duration) -> Duration { max(.seconds(60), interval * 3) }

    /// Whether a job's samples say that it ends: some GPU of it was below the minimum in each of them, all over the
    /// window. dstack's rule, but for the gaps: over a window that a stopped server did not see, nothing is decided.
    ///
    /// - Parameters:
    ///   - samples: those of the window, from the newest to the oldest.
    ///   - interval: how often one is taken.
    func isBroken(by samples: [RunnerMetrics], at now: Timestamp, interval: Duration) -> Bool {
        guard let newest = samples.first, let oldest = samples.last else { return false }
        let count = newest.gpus.count
        // Where their number changes nobody can say which is which.
        guard samples.allSatisfy({ $0.gpus.count == count }) else { return false }
        let start = now.advanced(by: .zero - .seconds(timeWindow.count))
        let moments = [now] + samples.map(\.moment) + [start]
        guard oldest.moment >= start,
            zip(moments, moments.dropFirst()).allSatisfy({ $0.since($1) <= Self.longestGap(interval) })
        else { return false }
        return (0..<count).contains { gpu in
            samples.allSatisfy { $0.gpus[gpu].gpuUtilPercent < minGpuUtilization }
        }
    }
}

extension RunnerMetrics {
    fileprivate var moment: Timestamp { Timestamp(microseconds: timestampMicro) }
}
