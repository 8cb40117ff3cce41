/// Ends a run whose GPUs are idle.
public struct UtilizationPolicy: Codable, Sendable, Hashable {
    public var minGpuUtilization: Int
    public var timeWindow: Seconds

    public init(minGpuUtilization: Int, timeWindow: Seconds) {
        self.minGpuUtilization = minGpuUtilization
        self.timeWindow = timeWindow
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case minGpuUtilization = "min_gpu_utilization"
        case timeWindow = "time_window"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        minGpuUtilization = try fields.required(.minGpuUtilization)
        timeWindow = try fields.required(.timeWindow)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(minGpuUtilization, forKey: .minGpuUtilization)
        try container.encode(timeWindow, forKey: .timeWindow)
    }
}
