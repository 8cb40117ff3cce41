/// Answer of `metrics/job/{run}`: series of one job, each from the newest value to the oldest.
public struct JobMetrics: Codable, Sendable, Equatable {
    public var metrics: [Metric]

    public init(metrics: [Metric]) { self.metrics = metrics }

    /// The values of a series from the oldest to the newest; empty where there is none.
    public func values(_ name: String) -> [Double] {
        metrics.first { $0.name == name }.map { $0.values.reversed() } ?? []
    }

    /// One series.
    public struct Metric: Codable, Sendable, Equatable {
        public var name: String
        public var timestamps: [Timestamp]
        public var values: [Double]

        public init(name: String, timestamps: [Timestamp], values: [Double]) {
            self.name = name
            self.timestamps = timestamps
            self.values = values
        }
    }
}
