/// How a service scales with its load.
public struct ScalingSpec: Codable, Sendable, Hashable {
    /// How many requests a second each replica is to get.
    public var target: Double
    /// The time over which the rate is measured: 30, 60 or 300 s; nil for 60.
    public var window: Seconds?
    /// The pause between a change and the next step up.
    public var scaleUpDelay: Seconds
    /// The pause between a change and the next step down.
    public var scaleDownDelay: Seconds

    public init(
        target: Double, window: Seconds? = nil, scaleUpDelay: Seconds = Seconds(300),
        scaleDownDelay: Seconds = Seconds(600)
    ) {
        self.target = target
        self.window = window
        self.scaleUpDelay = scaleUpDelay
        self.scaleDownDelay = scaleDownDelay
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case metric
        case target
        case window
        case scaleUpDelay = "scale_up_delay"
        case scaleDownDelay = "scale_down_delay"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        try fields.tag(.metric, "rps")
        target = try fields.required(.target)
        window = try fields.optional(.window)
        scaleUpDelay = try fields.value(.scaleUpDelay, default: Seconds(300))
        scaleDownDelay = try fields.value(.scaleDownDelay, default: Seconds(600))
        if target <= 0 { throw fields.invalid(.target, "the target must be above 0") }
        if let window, ![30, 60, 300].contains(window.count) {
            throw fields.invalid(.window, "a window is 30s, 60s or 300s, found \(window)")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("rps", forKey: .metric)
        try container.encode(target, forKey: .target)
        try container.encode(window, forKey: .window)
        try container.encode(scaleUpDelay, forKey: .scaleUpDelay)
        try container.encode(scaleDownDelay, forKey: .scaleDownDelay)
    }
}
