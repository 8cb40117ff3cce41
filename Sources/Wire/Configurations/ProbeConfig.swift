/// A readiness probe of a service, as configured.
public struct ProbeConfig: Codable, Sendable, Hashable {
    /// The URL.
    public var url: String?
    /// The HTTP method, nil for GET.
    public var method: HTTPMethod?
    /// The headers of the request.
    public var headers: [HTTPHeaderSpec]
    /// The body of the request.
    public var body: String?
    /// How long one probe may take.
    public var timeout: Seconds?
    /// The pause between two probes.
    public var interval: Seconds?
    /// How many probes in a row must succeed.
    public var readyAfter: Int?
    /// Whether probing ends once the replica is ready.
    public var untilReady: Bool?

    public init(
        url: String? = nil, method: HTTPMethod? = nil, headers: [HTTPHeaderSpec] = [], body: String? = nil,
        timeout: Seconds? = nil, interval: Seconds? = nil, readyAfter: Int? = nil, untilReady: Bool? = nil
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.interval = interval
        self.readyAfter = readyAfter
        self.untilReady = untilReady
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case type
        case url
        case method
        case headers
        case body
        case timeout
        case interval
        case readyAfter = "ready_after"
        case untilReady = "until_ready"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        try fields.tag(.type, "http")
        url = try fields.optional(.url)
        method = try fields.optional(.method)
        headers = try fields.value(.headers, default: [])
        body = try fields.optional(.body)
        timeout = try fields.optional(.timeout)
        interval = try fields.optional(.interval)
        readyAfter = try fields.optional(.readyAfter)
        untilReady = try fields.optional(.untilReady)
        try validate(fields)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("http", forKey: .type)
        try container.encode(url, forKey: .url)
        try container.encode(method, forKey: .method)
        try container.encode(headers, forKey: .headers)
        try container.encode(body, forKey: .body)
        try container.encode(timeout, forKey: .timeout)
        try container.encode(interval, forKey: .interval)
        try container.encode(readyAfter, forKey: .readyAfter)
        try container.encode(untilReady, forKey: .untilReady)
    }
}
