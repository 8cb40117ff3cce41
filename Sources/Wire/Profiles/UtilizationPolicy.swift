/// Ends a run whose GPUs are idle.
public struct UtilizationPolicy: Codable, Sendable, Hashable {
    /// In percent, 0 to 100.
    public var minGpuUtilization: Int
    /// For how long every sample must be below.
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
        if !(0...100).contains(minGpuUtilization) {
            throw fields.invalid(.minGpuUtilization, "a utilization is 0 to 100 percent, found \(minGpuUtilization)")
        }
        if timeWindow.count < 300 { throw fields.invalid(.timeWindow, "a window is at least 5m, found \(timeWindow)") }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(minGpuUtilization, forKey: .minGpuUtilization)
        try container.encode(timeWindow, forKey: .timeWindow)
    }
}
